import { rename, rm } from 'node:fs/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PixelWindow } from '@shared/tiff/types';
import type { MaskBand } from '../models/types';
import type { Database, OpenDatabase } from '../store/database';

/** px a side of a stored piece */
const side = 256;

export interface PyramidArea {
  /** px of the area's window */
  readonly width: number;
  /** Packed probabilities from the top down. */
  readonly bands: () => AsyncIterable<MaskBand>;
}

/**
 * Builds a file of probabilities that any part can be read from at any scale: pieces of each area, level by level, each level half
 * as wide as the one before. Pieces without anything likely are left out. It appears under its name when it is whole.
 */
export async function buildPyramid(
  open: OpenDatabase,
  areas: readonly PyramidArea[],
  target: string,
): Promise<void> {
  const unfinished = `${target}.part`;
  await rm(unfinished, { force: true });
  const database = open(unfinished);
  try {
    database.pragma('journal_mode = OFF');
    database.exec(`
      CREATE TABLE pieces (area INTEGER, level INTEGER, row INTEGER, col INTEGER, data BLOB NOT NULL,
        PRIMARY KEY (area, level, row, col)) STRICT, WITHOUT ROWID;
      BEGIN;`);
    const insert = database.prepare(
      'INSERT INTO pieces (area, level, row, col, data) VALUES (?, ?, ?, ?, ?)',
    );
    for (const [area, { width, bands }] of areas.entries()) {
      const finest = new Level(width, 0, (level, row, column, data) =>
        insert.run(area, level, row, column, deflateRawSync(data, { level: 1 })),
      );
      for await (const band of bands()) {
        for (let y = 0; y < band.height; y++) finest.add(band.classes.subarray(y * width, (y + 1) * width));
      }
      finest.finish();
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  await rename(unfinished, target);
}

type Write = (level: number, row: number, column: number, data: Uint8Array) => void;

/** One level while it is built: a strip of pieces, and the next level as soon as there are rows for it. */
class Level {
  readonly #strip: Uint8Array;
  #rows = 0;
  #strips = 0;
  #odd: Uint8Array | null = null;
  readonly #next: Level | null;

  constructor(
    private readonly width: number,
    private readonly level: number,
    private readonly write: Write,
  ) {
    this.#strip = new Uint8Array(width * side);
    this.#next = width > side ? new Level(Math.ceil(width / 2), level + 1, write) : null;
  }

  add(row: Uint8Array): void {
    this.#strip.set(row, this.#rows * this.width);
    this.#rows += 1;
    if (this.#rows === side) this.#flush();
    if (!this.#next) return;
    if (this.#odd) {
      this.#next.add(halved(this.#odd, row));
      this.#odd = null;
    } else this.#odd = row.slice();
  }

  finish(): void {
    if (this.#rows > 0) this.#flush();
    if (this.#odd) this.#next?.add(halved(this.#odd, this.#odd));
    this.#next?.finish();
  }

  #flush(): void {
    for (let column = 0; column * side < this.width; column++) {
      const piece = new Uint8Array(side * side);
      let some = 0;
      for (let y = 0; y < this.#rows; y++) {
        const from = y * this.width + column * side;
        const part = this.#strip.subarray(from, from + Math.min(side, this.width - column * side));
        piece.set(part, y * side);
        for (const value of part) some |= value;
      }
      if (some !== 0) this.write(this.level, this.#strips, column, piece);
    }
    this.#strips += 1;
    this.#rows = 0;
  }
}

/** The mean of four pixels, of each of the two probabilities by itself. */
function halved(above: Uint8Array, below: Uint8Array): Uint8Array {
  const half = new Uint8Array(Math.ceil(above.length / 2));
  for (let x = 0; x < half.length; x++) {
    const [left, right] = [x * 2, Math.min(x * 2 + 1, above.length - 1)];
    const [a, b, c, d] = [above[left]!, above[right]!, below[left]!, below[right]!];
    const object = ((a >> 4) + (b >> 4) + (c >> 4) + (d >> 4) + 2) >> 2;
    const interior = ((a & 15) + (b & 15) + (c & 15) + (d & 15) + 2) >> 2;
    half[x] = (object << 4) | interior;
  }
  return half;
}

/** Levels of an area, the finest first. */
export function levelsOf(width: number): number {
  let levels = 1;
  for (let left = width; left > side; left = Math.ceil(left / 2)) levels += 1;
  return levels;
}

/** Packed probabilities of a window of one level: width·height bytes; 0 where there are none. */
export function readPyramid(
  database: Database,
  area: number,
  level: number,
  { x, y, width, height }: PixelWindow,
): Uint8Array {
  const values = new Uint8Array(width * height);
  const [firstRow, lastRow] = [Math.floor(y / side), Math.floor((y + height - 1) / side)];
  const [firstColumn, lastColumn] = [Math.floor(x / side), Math.floor((x + width - 1) / side)];
  const pieces = database
    .prepare<number[], { row: number; col: number; data: Uint8Array }>(
      `SELECT row, col, data FROM pieces
       WHERE area = ? AND level = ? AND row BETWEEN ? AND ? AND col BETWEEN ? AND ?`,
    )
    .all(area, level, firstRow, lastRow, firstColumn, lastColumn);
  for (const { row, col, data } of pieces) {
    const piece = inflateRawSync(data);
    const from = Math.max(x, col * side);
    const to = Math.min(x + width, (col + 1) * side);
    for (let line = Math.max(y, row * side); line < Math.min(y + height, (row + 1) * side); line++) {
      const start = (line - row * side) * side - col * side;
      values.set(piece.subarray(start + from, start + to), (line - y) * width + from - x);
    }
  }
  return values;
}
