/** bytes of tiles for one frame: some milliseconds' work for a renderer without a graphics card */
const bytesAFrame = 4 * 1024 * 1024;

/**
 * Lets finished tiles through to the graphics card, so many bytes with each frame: what comes in one go would hold up the frame
 * that draws it. In the order of asking.
 */
export class UploadPace {
  readonly #nextFrame: (then: () => void) => void;
  readonly #waiting: { readonly bytes: number; readonly pass: () => void }[] = [];
  #left = bytesAFrame;
  #counting = false;

  /** @param nextFrame calls back with the next frame of the window */
  constructor(nextFrame: (then: () => void) => void = (then) => requestAnimationFrame(then)) {
    this.#nextFrame = nextFrame;
  }

  /** Resolves when it is the turn of so many bytes; the first of a frame never wait for being too many. */
  pass(bytes: number): Promise<void> {
    return new Promise((pass) => {
      this.#waiting.push({ bytes, pass });
      this.#letThrough();
    });
  }

  #letThrough(): void {
    for (const next of [...this.#waiting]) {
      if (this.#left < bytesAFrame && next.bytes > this.#left) break;
      this.#waiting.shift();
      this.#left -= next.bytes;
      next.pass();
    }
    if (this.#counting || this.#left === bytesAFrame) return;
    this.#counting = true;
    this.#nextFrame(() => {
      this.#counting = false;
      this.#left = bytesAFrame;
      this.#letThrough();
    });
  }
}
