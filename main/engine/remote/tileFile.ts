import { open, type FileHandle } from 'node:fs/promises';
import type { Coverage } from './coverage';
import { tileSide } from './tileSource';

/** RGBA */
const samples = 4;
const tileBytes = tileSide * tileSide * samples;
/** Tiles that are made sure of at once: what a crash can cost. */
const flushEvery = 32;

/**
 * Fetched tiles as a BigTIFF of uncompressed RGBA tiles. Each tile has its place; one that is not there is sparse, so the
 * file can be read at any time and filled in any order, and a stop of the engine loses only what was not yet made sure of.
 */
export class TileFile {
  readonly #layout: Layout;
  #pending: number[] = [];

  private constructor(
    private readonly file: FileHandle,
    coverage: Coverage,
    /** Indexes of the tiles that are there. */
    readonly present: Set<number>,
  ) {
    this.#layout = layoutOf(coverage);
  }

  /** Opens what an earlier run began, or begins. */
  static async open(path: string, coverage: Coverage): Promise<TileFile> {
    const layout = layoutOf(coverage);
    const existing = await open(path, 'r+').catch(() => null);
    if (existing) {
      const counts = Buffer.alloc(layout.tiles * 8);
      const { bytesRead } = await existing.read(counts, 0, counts.length, layout.countsAt);
      if (bytesRead === counts.length) {
        const present = new Set<number>();
        for (let i = 0; i < layout.tiles; i++) if (counts.readBigUInt64LE(i * 8) > 0n) present.add(i);
        return new TileFile(existing, coverage, present);
      }
      await existing.close();
    }
    const fresh = await open(path, 'w+');
    await fresh.write(headOf(coverage, layout), 0, undefined, 0);
    return new TileFile(fresh, coverage, new Set());
  }

  /** @param rgba tileSide·tileSide·4 bytes */
  async write(index: number, rgba: Uint8Array): Promise<void> {
    await this.file.write(rgba, 0, tileBytes, this.#layout.dataAt + index * tileBytes);
    this.#pending.push(index);
    if (this.#pending.length >= flushEvery) await this.#flush();
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.file.close();
    }
  }

  /** First the pixels, then the entries that say they are there. */
  async #flush(): Promise<void> {
    const done = this.#pending;
    this.#pending = [];
    if (done.length === 0) return;
    await this.file.datasync();
    for (const index of done) {
      await this.#entry(this.#layout.offsetsAt, index, this.#layout.dataAt + index * tileBytes);
      await this.#entry(this.#layout.countsAt, index, tileBytes);
      this.present.add(index);
    }
  }

  async #entry(table: number, index: number, value: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    await this.file.write(bytes, 0, 8, table + index * 8);
  }
}

interface Layout {
  readonly tiles: number;
  readonly offsetsAt: number;
  readonly countsAt: number;
  readonly dataAt: number;
}

const headerBytes = 4096;

function layoutOf({ columns, rows }: Coverage): Layout {
  const tiles = columns * rows;
  const offsetsAt = headerBytes;
  const countsAt = offsetsAt + tiles * 8;
  return { tiles, offsetsAt, countsAt, dataAt: Math.ceil((countsAt + tiles * 8) / 4096) * 4096 };
}

/** Everything before the first tile: header, directory, tables of zeros. The CRS is known to whoever made the file. */
function headOf(coverage: Coverage, layout: Layout): Buffer {
  const { columns, rows } = coverage;
  const head = Buffer.alloc(layout.dataAt);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(43, 2);
  head.writeUInt16LE(8, 4);
  head.writeBigUInt64LE(16n, 8);
  const short = 3;
  const long = 4;
  const long8 = 16;
  const entries: [tag: number, type: number, count: number, value: number | readonly number[]][] = [
    [256, long, 1, columns * tileSide],
    [257, long, 1, rows * tileSide],
    [258, short, 4, [8, 8, 8, 8]],
    [259, short, 1, 1],
    [262, short, 1, 2],
    [277, short, 1, samples],
    [284, short, 1, 1],
    [322, long, 1, tileSide],
    [323, long, 1, tileSide],
    [324, long8, layout.tiles, layout.offsetsAt],
    [325, long8, layout.tiles, layout.countsAt],
    [338, short, 1, 2],
  ];
  head.writeBigUInt64LE(BigInt(entries.length), 16);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 24 + i * 20;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeBigUInt64LE(BigInt(count), at + 4);
    if (typeof value !== 'number') value.forEach((part, k) => head.writeUInt16LE(part, at + 12 + k * 2));
    else if (type === short) head.writeUInt16LE(value, at + 12);
    else if (type === long8 && count > 1) head.writeBigUInt64LE(BigInt(value), at + 12);
    else head.writeBigUInt64LE(BigInt(value), at + 12);
  });
  return head;
}
