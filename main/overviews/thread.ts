import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { AppError, toErrorData } from '@shared/errors';
import { asLevel, WorkingMemory, type PlacedTile } from '@shared/tiff/overviews';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import type { Level, Raster } from '@shared/tiff/types';
import { Arena } from './arena';
import { chunkRows, feedBlocks, type BlockGrid, type Feed } from './blockFeed';
import { Control } from './control';
import { loadJpegEncoder, TileEncoder } from './encode';
import { writeFailure } from './failures';
import type { FromThread, ThreadData, UnitOrder } from './messages';
import { feedStream, streamRows } from './streamFeed';
import { Unit } from './unit';

/** ms between two words about how far a unit is */
const PROGRESS_INTERVAL = 100;

/** What a thread needs of the parts around it. */
export interface ThreadParts {
  /** Opens a raster; large uncompressed strips are cut. */
  open(
    path: string,
    without: readonly string[],
  ): Promise<{ readonly raster: Raster; close(): Promise<void> }>;
  readBlocks(
    raster: Raster,
    level: Level,
    indices: readonly number[],
    memory?: Arena,
  ): Promise<readonly (Uint8Array | null)[]>;
  readonly codecs: ReducingCodecs;
}

export interface ThreadPort {
  postMessage(message: FromThread): void;
  onMessage(listener: (order: UnitOrder) => void): void;
}

/** Builds units one after another until the thread is ended. */
export function serveOverviewThread(port: ThreadPort, data: ThreadData, parts: ThreadParts): void {
  const ready = Builder.open(data, parts, port);
  // Told with the first order.
  ready.catch(() => undefined);
  let last: Promise<unknown> = ready;
  port.onMessage((order) => {
    last = last
      .catch(() => undefined)
      .then(async () => (await ready).build(order))
      .catch((error: unknown) => port.postMessage({ kind: 'failed', error: toErrorData(error) }));
  });
}

class Builder {
  readonly #control: Control;
  readonly #encoder: TileEncoder;
  readonly #memory = new WorkingMemory();
  readonly #arenas = [new Arena(), new Arena()];

  private constructor(
    private readonly data: ThreadData,
    private readonly parts: ThreadParts,
    private readonly port: ThreadPort,
    private readonly raster: Raster,
    private readonly file: number,
    turbo: Awaited<ReturnType<typeof loadJpegEncoder>> | null,
  ) {
    const { coding, tile, reduction } = data.plan;
    this.#control = new Control(data.control);
    this.#encoder = new TileEncoder(coding, tile, turbo, reduction.sampleType);
  }

  static async open(data: ThreadData, parts: ThreadParts, port: ThreadPort): Promise<Builder> {
    const { raster } = await parts.open(data.path, data.without);
    const turbo = data.plan.coding.codec === 'jpeg' ? await loadJpegEncoder() : null;
    return new Builder(data, parts, port, raster, openSync(data.partPath, 'r+'), turbo);
  }

  async build(order: UnitOrder): Promise<void> {
    const { plan } = this.data;
    const round = plan.rounds[order.round]!;
    const streams = plan.reading === 'stream' && round.source < 0;
    const grid = round.source < 0 ? this.#baseGrid() : this.#ownGrid(round.source, order.sources);
    const sourceRows = streams ? streamRows(grid.level) : chunkRows(grid.level);
    // One unit after another: all of the one before is over.
    this.#memory.release();
    const report = {
      tiles: (tiles: readonly PlacedTile[]) => this.port.postMessage({ kind: 'tiles', tiles }),
      progress: () => undefined,
    };
    const store = (bytes: Uint8Array): number => this.#store(bytes);
    const unit = new Unit(plan, order, sourceRows, this.#encoder, store, report, this.#memory);
    let untold = 0;
    let toldAt = -Infinity;
    const tell = (): void => {
      this.port.postMessage({ kind: 'progress', pixels: untold });
      untold = 0;
      toldAt = performance.now();
    };
    const feed: Feed = {
      plan,
      codecs: this.parts.codecs,
      mayGoOn: () => this.#control.mayGoOn(),
      onPixels: (pixels) => {
        untold += pixels;
        if (performance.now() - toldAt >= PROGRESS_INTERVAL) tell();
      },
    };
    const damaged = streams
      ? await feedStream(unit, this.raster, grid, feed)
      : await feedBlocks(unit, grid, feed);
    if (untold > 0) tell();
    if (damaged === null) closeSync(this.file);
    else this.port.postMessage({ kind: 'done', round: order.round, unit: order.unit, damaged });
  }

  #baseGrid(): BlockGrid {
    const { description } = this.raster;
    const level = description.levels[this.data.plan.base]!;
    const mask =
      description.maskLevels.find(({ width, height }) => width === level.width && height === level.height) ??
      null;
    return {
      level,
      mask,
      read: (kind, indices) =>
        kind === 'mask'
          ? this.parts.readBlocks(this.raster, mask!, indices)
          : this.parts.readBlocks(this.raster, level, indices, this.#nextArena()),
    };
  }

  /** Blocks are read while those from before are decoded, and no longer: two memories take turns. */
  #nextArena(): Arena {
    this.#arenas.reverse();
    const [arena] = this.#arenas as [Arena, Arena];
    arena.clear();
    return arena;
  }

  /** A level that was built before. */
  #ownGrid(source: number, tiles: readonly PlacedTile[]): BlockGrid {
    const { plan } = this.data;
    const places = new Map(tiles.map((tile) => [`${tile.kind}/${tile.index}`, tile]));
    const read = (kind: string, index: number): Uint8Array | null => {
      const place = places.get(`${kind}/${index}`);
      if (!place || place.length === 0) return null;
      const bytes = new Uint8Array(place.length);
      if (readSync(this.file, bytes, 0, bytes.length, place.offset) < bytes.length) {
        throw new AppError('overviews.sidecar_damaged', { file: this.raster.description.name });
      }
      return bytes;
    };
    return {
      level: asLevel(plan, source, 'image', 0),
      mask: plan.masked ? asLevel(plan, source, 'mask', 0) : null,
      read: (kind, indices) => Promise.resolve(indices.map((index) => read(kind, index))),
    };
  }

  #store(bytes: Uint8Array): number {
    const offset = this.#control.reserve(bytes.length);
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.file, bytes, done, bytes.length - done, offset + done);
      }
    } catch (error) {
      throw writeFailure(error, this.data.partPath);
    }
    return offset;
  }
}
