import { AppError } from '@shared/errors';
import { blockJob } from '@shared/tiff/codecs';
import type { DecodedBlock, Level } from '@shared/tiff/types';
import { BlockCache } from '@shared/tiff/window';
import { abortable } from './abortable';
import type { DecoderPool } from './decoderPool';
import type { BlockReader } from './tileLoader';

/** Blocks that one call may ask for (the contract of `rasters.readBlocks`). */
const MOST_INDICES = 64;
/** Blocks that go to one worker together: enough to be worth a message, few enough to share the work. */
const BATCH = 16;

/** A level and where it stands. */
export interface LevelPlace {
  readonly kind: 'image' | 'mask';
  /** Index into description.levels or description.maskLevels. */
  readonly level: number;
  readonly geometry: Level;
}

/** A block that waits to be read. */
interface Wanted {
  readonly key: string;
  readonly place: LevelPlace;
  readonly index: number;
  /** How many still wait for it. */
  waiters: number;
  readonly resolve: (block: DecodedBlock | null) => void;
  readonly reject: (reason: unknown) => void;
}

/** What became of the blocks asked for. */
export interface FoundBlocks {
  /** null for sparse ones and those that failed */
  readonly blocks: ReadonlyMap<number, DecodedBlock | null>;
  /** AppError `tiff.*`, `rasters.*` of those that failed. */
  readonly failures: readonly unknown[];
}

/**
 * Decoded blocks of strips and odd tiles, which many display tiles share: each is read and decoded once while the cache holds
 * it. What is asked for in one turn is read by as few calls as may be.
 */
export class BlockStore {
  readonly #cache: BlockCache;
  readonly #queue = new Map<string, Wanted>();

  constructor(
    private readonly readBlocks: BlockReader,
    private readonly pool: DecoderPool,
    cacheBytes: number,
  ) {
    this.#cache = new BlockCache(cacheBytes);
  }

  /**
   * The blocks of a level. A block that is no longer wanted by anyone before its turn is neither read nor decoded.
   * Rejects with the signal's reason.
   */
  async get(place: LevelPlace, indices: readonly number[], signal?: AbortSignal): Promise<FoundBlocks> {
    signal?.throwIfAborted();
    const keys = indices.map((index) => `${place.kind}/${place.level}/${index}`);
    const pending = keys.map((key, i) =>
      this.#cache.get(key, () => this.#enqueue(key, place, indices[i] as number)),
    );
    this.#count(keys, 1);
    let settled: PromiseSettledResult<DecodedBlock | null>[];
    try {
      settled = await abortable(Promise.allSettled(pending), signal);
    } catch (error) {
      this.#count(keys, -1);
      throw error;
    }
    const blocks = settled.map((one) => (one.status === 'fulfilled' ? one.value : null));
    return {
      blocks: new Map(indices.map((index, i) => [index, blocks[i] ?? null])),
      failures: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
    };
  }

  clear(): void {
    this.#cache.clear();
  }

  #count(keys: readonly string[], change: 1 | -1): void {
    for (const key of keys) {
      const wanted = this.#queue.get(key);
      if (wanted) wanted.waiters += change;
    }
  }

  #enqueue(key: string, place: LevelPlace, index: number): Promise<DecodedBlock | null> {
    return new Promise((resolve, reject) => {
      if (this.#queue.size === 0) setTimeout(() => this.#flush(), 0);
      this.#queue.set(key, { key, place, index, waiters: 0, resolve, reject });
    });
  }

  /** Reads what is still wanted, level by level. */
  #flush(): void {
    const wanted = [...this.#queue.values()];
    this.#queue.clear();
    const byLevel = new Map<string, Wanted[]>();
    for (const one of wanted) {
      if (one.waiters === 0) {
        this.#cache.delete(one.key);
        one.reject(new AppError('map.nobody_waits'));
        continue;
      }
      const key = `${one.place.kind}/${one.place.level}`;
      byLevel.set(key, [...(byLevel.get(key) ?? []), one]);
    }
    for (const group of byLevel.values()) {
      for (let at = 0; at < group.length; at += MOST_INDICES)
        void this.#read(group.slice(at, at + MOST_INDICES));
    }
  }

  async #read(wanted: readonly Wanted[]): Promise<void> {
    const [first] = wanted as readonly [Wanted];
    const { kind, level } = first.place;
    try {
      const stored = await this.readBlocks({ kind, level, indices: wanted.map(({ index }) => index) });
      for (let at = 0; at < wanted.length; at += BATCH) {
        void this.#decode(wanted.slice(at, at + BATCH), stored.slice(at, at + BATCH));
      }
    } catch (error) {
      // One block that lies outside the file spoils the call: the others are read without it.
      if (wanted.length === 1) first.reject(error);
      else for (const one of wanted) void this.#read([one]);
    }
  }

  async #decode(wanted: readonly Wanted[], stored: readonly (Uint8Array | null)[]): Promise<void> {
    const present: { one: Wanted; bytes: Uint8Array }[] = [];
    wanted.forEach((one, i) => {
      const bytes = stored[i];
      if (bytes) present.push({ one, bytes });
      else one.resolve(null);
    });
    const tasks = present.map(({ one, bytes }) => ({ bytes, job: blockJob(one.place.geometry, one.index) }));
    try {
      const blocks = await this.pool.decode(tasks);
      present.forEach(({ one }, i) => {
        const block = blocks[i];
        if (block instanceof AppError) one.reject(block);
        else one.resolve(block ?? null);
      });
    } catch (error) {
      for (const { one } of present) one.reject(error);
    }
  }
}
