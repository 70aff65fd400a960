/** Memory that is given out piece by piece, and again after `clear`: fresh memory is slow to get. */
export class Arena {
  #memory = new Uint8Array(0);
  #used = 0;
  /** bytes that were asked for since it was cleared */
  #wanted = 0;

  /** So many bytes, with whatever was there before. */
  take(length: number): Uint8Array {
    this.#wanted += length;
    if (this.#used + length > this.#memory.length) return new Uint8Array(length);
    const start = this.#used;
    this.#used += length;
    return this.#memory.subarray(start, start + length);
  }

  /** What was given out is given out again; where it was not enough there is more from now on. */
  clear(): void {
    if (this.#wanted > this.#memory.length) this.#memory = new Uint8Array(this.#wanted);
    this.#used = 0;
    this.#wanted = 0;
  }
}
