/** What a build and its threads share: whether to go on, and where the next tile goes. */
export class Control {
  readonly #state: Int32Array;
  readonly #end: BigInt64Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.#state = new Int32Array(buffer, 0, 1);
    this.#end = new BigInt64Array(buffer, 8, 1);
  }

  set end(bytes: number) {
    Atomics.store(this.#end, 0, BigInt(bytes));
  }

  get end(): number {
    return Number(Atomics.load(this.#end, 0));
  }

  /** Keeps room for some bytes at the end of the file; where they go. Even, as TIFF wants it. */
  reserve(bytes: number): number {
    return Number(Atomics.add(this.#end, 0, BigInt(bytes + (bytes % 2))));
  }

  pause(): void {
    Atomics.compareExchange(this.#state, 0, RUNNING, PAUSED);
  }

  resume(): void {
    Atomics.compareExchange(this.#state, 0, PAUSED, RUNNING);
    Atomics.notify(this.#state, 0);
  }

  stop(): void {
    Atomics.store(this.#state, 0, STOPPED);
    Atomics.notify(this.#state, 0);
  }

  get paused(): boolean {
    return Atomics.load(this.#state, 0) === PAUSED;
  }

  /** For a thread of its own: waits while paused; false where it is to stop. */
  mayGoOn(): boolean {
    while (Atomics.load(this.#state, 0) === PAUSED) Atomics.wait(this.#state, 0, PAUSED);
    return Atomics.load(this.#state, 0) === RUNNING;
  }
}

const RUNNING = 0;
const PAUSED = 1;
const STOPPED = 2;
