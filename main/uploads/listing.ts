import type { ListedImage } from './ports';

/** One list of a mosaic for all who ask at the same time; nobody is given a list that was begun before they asked. */
export class SharedListing {
  readonly #fetch: () => Promise<readonly ListedImage[]>;
  #running: Promise<unknown> | null = null;
  #next: Promise<readonly ListedImage[]> | null = null;

  constructor(fetch: () => Promise<readonly ListedImage[]>) {
    this.#fetch = fetch;
  }

  fresh(): Promise<readonly ListedImage[]> {
    this.#next ??= this.#start();
    return this.#next;
  }

  async #start(): Promise<readonly ListedImage[]> {
    await this.#running?.catch(() => undefined);
    this.#next = null;
    const running = this.#fetch();
    this.#running = running;
    return running;
  }
}
