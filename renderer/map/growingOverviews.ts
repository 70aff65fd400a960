import type { GrowingState } from '@shared/tiff/overviews';
import type { Api } from '../bridge';
import type { GrowingSource } from '../workers/grownTiles';

/** The overviews of one raster that main builds, followed until `close`. */
export class GrowingOverviews implements GrowingSource {
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #state: GrowingState | null = null;
  readonly ready: Promise<void>;

  constructor(
    private readonly api: Api,
    private readonly rasterId: string,
  ) {
    this.#unsubscribe = api.on('rasters.grown', ({ rasterId: id, ...change }) => {
      if (id !== rasterId || !this.#state) return;
      this.#state = { ...this.#state, ...change };
      for (const listener of [...this.#listeners]) listener();
    });
    // Without an answer the raster is drawn as one that has no overviews.
    this.ready = api.call('rasters.growing', { rasterId }).then(
      (state) => {
        this.#state = state;
        for (const listener of [...this.#listeners]) listener();
      },
      () => undefined,
    );
  }

  get levels(): GrowingState | null {
    return this.#state;
  }

  get isUnderWay(): boolean {
    return this.#state?.isUnderWay ?? false;
  }

  read(wanted: {
    readonly kind: 'image' | 'mask';
    readonly level: number;
    readonly indices: readonly number[];
  }): Promise<readonly (Uint8Array | null)[]> {
    const { kind, level, indices } = wanted;
    return this.api.call('rasters.readGrowing', {
      rasterId: this.rasterId,
      kind,
      level,
      indices: [...indices],
    });
  }

  onGrown(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }
}
