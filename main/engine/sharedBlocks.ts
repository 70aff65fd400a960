import { BlockCache } from '@shared/tiff/windowCache';

/** A raster's share of the blocks that all open rasters keep together: however many are open, memory stays the same. */
export class SharedBlocks extends BlockCache {
  static #next = 0;
  readonly #prefix = `${String(SharedBlocks.#next++)}/`;
  readonly #keys = new Set<string>();

  constructor(private readonly all: BlockCache) {
    super(0);
  }

  override get(...[key, make]: Parameters<BlockCache['get']>): ReturnType<BlockCache['get']> {
    this.#keys.add(key);
    return this.all.get(this.#prefix + key, make);
  }

  /** Forgets what this raster has put there. */
  override clear(): void {
    for (const key of this.#keys) this.all.delete(this.#prefix + key);
    this.#keys.clear();
  }
}
