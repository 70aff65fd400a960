/** bytes: a piece, and the gaps in the source that are read along with it */
const bufferBytes = 1024 * 1024 + 256 * 1024;
const mostIdle = 24;

/** Memory for pieces, used again and again: fresh memory has to be cleared and mapped by the system, a megabyte at a time. */
export class PieceBuffers {
  readonly #idle: ArrayBuffer[] = [];
  /** Where in its buffer a piece ends. */
  readonly #ends = new WeakMap<ArrayBufferLike, number>();

  /** Room for so many bytes, with whatever was there before; null where it takes more than a buffer. */
  take(length: number): Uint8Array | null {
    if (length > bufferBytes) return null;
    return new Uint8Array(this.#idle.pop() ?? new ArrayBuffer(bufferBytes), 0, length);
  }

  /** The piece is about to leave, part by part. */
  leaving(piece: Uint8Array): void {
    if (piece.buffer.byteLength === bufferBytes)
      this.#ends.set(piece.buffer, piece.byteOffset + piece.byteLength);
  }

  /** A part has left: after the last of a piece its memory is free. */
  left(part: Uint8Array): void {
    const { buffer } = part;
    if (this.#ends.get(buffer) !== part.byteOffset + part.byteLength) return;
    this.#ends.delete(buffer);
    if (this.#idle.length < mostIdle && buffer instanceof ArrayBuffer) this.#idle.push(buffer);
  }
}
