import { randomUUID } from 'node:crypto';
import { builtInBaseMaps, templateProblem, tileAddress } from '@shared/baseMaps';
import { AppError } from '@shared/errors';
import type { BaseMap, TileCacheFacts } from '@shared/ipc/desk';
import type { Log } from '@shared/log';
import { fetchTile, type TileAgentFor, type TileAnswer } from './fetchTile';
import { LatestFirst } from './queue';
import { TileCache, type KeptTile } from './tileCache';

/** Keeps the base maps that the user described. */
export interface BaseMapStore {
  list(): readonly BaseMap[];
  put(map: BaseMap, createdAt: string): void;
  remove(id: string): void;
}

export interface BaseMapsOptions {
  readonly store: BaseMapStore;
  /** Where tiles are kept. */
  readonly folder: string;
  /** bytes of kept tiles; 250 MB when left out */
  readonly limitBytes?: number;
  readonly userAgent: string;
  /** The way to a server by the settings of the connection; the direct one when left out. */
  readonly agentFor?: TileAgentFor;
  readonly log: Log;
}

export interface TilePicture {
  readonly body: Uint8Array;
  readonly contentType: string;
}

type ReachListener = (baseMapId: string, reachable: boolean) => void;

type WantedBaseMap = Omit<BaseMap, 'id' | 'custom'> & { readonly id: string | null };

const defaultLimit = 250_000_000;
/** Requests at a time to all servers together. */
const parallel = 4;
/** ms after a failure before the same server is tried again: kept tiles must not wait for a network that is gone. */
const restMs = 15_000;

/** Tiles of base maps: from the disk while they are fresh, else from their servers, else from the disk all the same. */
export class BaseMaps {
  readonly #options: BaseMapsOptions;
  readonly #cache: TileCache;
  readonly #queue = new LatestFirst(parallel);
  readonly #underWay = new Map<string, Promise<TilePicture | null>>();
  /** By base map: ms since 1970 until which its server is left alone. */
  readonly #resting = new Map<string, number>();

  #onReach: ReachListener = () => undefined;

  constructor(options: BaseMapsOptions) {
    this.#options = options;
    this.#cache = new TileCache(options.folder, options.limitBytes ?? defaultLimit);
  }

  /** Told when a server stops or begins to answer. */
  onReach(listener: ReachListener): void {
    this.#onReach = listener;
  }

  list(): readonly BaseMap[] {
    return [...builtInBaseMaps, ...this.#options.store.list()];
  }

  /** Throws `basemaps.not_an_address`, `basemaps.not_http`, `basemaps.no_place`. */
  async save(wanted: WantedBaseMap): Promise<BaseMap> {
    const problem = templateProblem(wanted.url);
    if (problem) throw new AppError(`basemaps.${problem}`);
    const known = this.#options.store.list().find((map) => map.id === wanted.id);
    const map: BaseMap = { ...wanted, id: known?.id ?? randomUUID(), custom: true };
    this.#options.store.put(map, new Date().toISOString());
    this.#resting.delete(map.id);
    if (known && known.url !== map.url) await this.#cache.clear(map.id);
    return map;
  }

  async remove(id: string): Promise<void> {
    this.#options.store.remove(id);
    await this.#cache.clear(id);
  }

  cacheFacts(): Promise<TileCacheFacts> {
    return this.#cache.facts();
  }

  async clearCache(): Promise<TileCacheFacts> {
    await this.#cache.clear();
    return this.#cache.facts();
  }

  /** Null where the server has no tile. Throws `basemaps.*` when it cannot be had and none is kept. */
  async tile(id: string, z: number, x: number, y: number): Promise<TilePicture | null> {
    const map = this.list().find((other) => other.id === id);
    const inside = z >= 0 && z <= 30 && x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z;
    if (!map || !inside || z > map.maxZoom) return null;
    const key = `${z}/${x}/${y}`;
    const mark = `${id} ${key}`;
    const running = this.#underWay.get(mark) ?? this.#load(map, key, tileAddress(map.url, z, x, y));
    this.#underWay.set(mark, running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(mark);
    }
  }

  async #load(map: BaseMap, key: string, url: string): Promise<TilePicture | null> {
    const kept = await this.#cache.get(map.id, key);
    if (kept && kept.freshUntil > Date.now()) return pictureOf(kept);
    try {
      return await this.#queue.run(() => this.#fetch(map, key, url, kept));
    } catch (error) {
      if (kept) return pictureOf(kept);
      throw error;
    }
  }

  async #fetch(map: BaseMap, key: string, url: string, kept: KeptTile | null): Promise<TilePicture | null> {
    if ((this.#resting.get(map.id) ?? 0) > Date.now()) throw new AppError('basemaps.resting');
    const { userAgent, agentFor } = this.#options;
    let answer: TileAnswer;
    try {
      answer = await fetchTile({
        url,
        userAgent,
        allowLocal: map.allowLocal,
        etag: kept?.etag ?? null,
        agentFor,
      });
    } catch (error) {
      this.#rest(map, error);
      throw error;
    }
    this.#wake(map);
    if (answer.kind === 'none') return null;
    const freshUntil = Date.now() + answer.freshForMs;
    if (answer.kind === 'unchanged') {
      if (!kept) return null;
      await this.#cache.put(map.id, key, { ...kept, freshUntil });
      return pictureOf(kept);
    }
    const { body, contentType, etag } = answer;
    await this.#cache.put(map.id, key, { body, contentType, etag, freshUntil });
    return { body, contentType };
  }

  #rest(map: BaseMap, error: unknown): void {
    const known = this.#resting.has(map.id);
    this.#resting.set(map.id, Date.now() + restMs);
    if (known) return;
    this.#options.log.warn('a base map cannot be fetched', { name: map.name, error });
    this.#onReach(map.id, false);
  }

  #wake(map: BaseMap): void {
    if (this.#resting.delete(map.id)) this.#onReach(map.id, true);
  }
}

function pictureOf({ body, contentType }: KeptTile): TilePicture {
  return { body, contentType };
}
