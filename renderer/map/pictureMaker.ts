import { pictureOf, type RawPicture } from '../workers/upright';

/** A picture to be shown, and the memory of the raw one. */
export interface MadePicture {
  readonly bitmap: ImageBitmap;
  readonly pixels: RawPicture['pixels'];
}

/** What the maker needs of its thread. */
export type PictureThread = Pick<Worker, 'postMessage' | 'addEventListener'>;

/** Makes pictures of pixels in a thread of their own: the window's has better to do. In the order of asking. */
export class PictureMaker {
  readonly #waiting: { resolve(made: MadePicture): void; reject(error: Error): void }[] = [];
  #thread: PictureThread | null;

  constructor(thread: PictureThread = spawn()) {
    this.#thread = thread;
    thread.addEventListener('message', (event) =>
      this.#waiting.shift()?.resolve((event as MessageEvent<MadePicture>).data),
    );
    thread.addEventListener('error', (event) => {
      this.#thread = null;
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(event.message));
    });
  }

  /** The pixels go over to the thread and come back with the picture. Rejects when it dies; later ones are made in this thread. */
  async make(raw: RawPicture): Promise<MadePicture> {
    const thread = this.#thread;
    if (!thread) return { bitmap: await pictureOf(raw), pixels: raw.pixels };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      thread.postMessage(raw, [raw.pixels.buffer]);
    });
  }
}

function spawn(): PictureThread {
  return new Worker(new URL('../workers/upright.worker.ts', import.meta.url), { type: 'module' });
}
