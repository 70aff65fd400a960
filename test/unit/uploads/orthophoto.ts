import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export interface OrthophotoOptions {
  /** Tiles across and down, of 64 x 64 pixels of 3 bytes. */
  readonly columns: number;
  readonly rows: number;
  /** Another seed, other pixels. */
  readonly seed?: number;
  /** EPSG code of a projected system; null for no georeference at all. */
  readonly epsg?: number | null;
  /** m; 0.5 when absent */
  readonly pixelSize?: number;
}

const tile = 64;
const tileBytes = tile * tile * 3;

/** Writes a tiled, uncompressed RGB GeoTIFF of noise, as small and plain as the format allows. Returns its bytes. */
export function writeOrthophoto(path: string, options: OrthophotoOptions): Uint8Array {
  const { columns, rows, seed = 1, epsg = 32633, pixelSize = 0.5 } = options;
  const count = columns * rows;
  const entries: { tag: number; type: 2 | 3 | 4 | 12; values: readonly number[] }[] = [
    { tag: 256, type: 4, values: [columns * tile] },
    { tag: 257, type: 4, values: [rows * tile] },
    { tag: 258, type: 3, values: [8, 8, 8] },
    { tag: 259, type: 3, values: [1] },
    { tag: 262, type: 3, values: [2] },
    { tag: 277, type: 3, values: [3] },
    { tag: 284, type: 3, values: [1] },
    { tag: 322, type: 4, values: [tile] },
    { tag: 323, type: 4, values: [tile] },
    { tag: 324, type: 4, values: Array.from({ length: count }, () => 0) },
    { tag: 325, type: 4, values: Array.from({ length: count }, () => tileBytes) },
  ];
  if (epsg !== null) {
    entries.push(
      { tag: 33550, type: 12, values: [pixelSize, pixelSize, 0] },
      { tag: 33922, type: 12, values: [0, 0, 0, 500_000, 5_000_000, 0] },
      { tag: 34735, type: 3, values: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg] },
    );
  }
  const size = { 2: 1, 3: 2, 4: 4, 12: 8 };
  const directory = 8;
  let next = directory + 2 + entries.length * 12 + 4;
  const places = entries.map((entry) => {
    const length = entry.values.length * size[entry.type];
    if (length <= 4) return null;
    const at = next;
    next += length + (length % 2);
    return at;
  });
  const pixels = next;
  const bytes = new Uint8Array(pixels + count * tileBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, directory, true);
  view.setUint16(directory, entries.length, true);
  entries.forEach((entry, index) => {
    const at = directory + 2 + index * 12;
    view.setUint16(at, entry.tag, true);
    view.setUint16(at + 2, entry.type, true);
    view.setUint32(at + 4, entry.values.length, true);
    const place = places[index] ?? null;
    if (place !== null) view.setUint32(at + 8, place, true);
    const values = entry.tag === 324 ? entry.values.map((_, i) => pixels + i * tileBytes) : entry.values;
    values.forEach((value, i) => {
      const offset = (place ?? at + 8) + i * size[entry.type];
      if (entry.type === 3) view.setUint16(offset, value, true);
      else if (entry.type === 4) view.setUint32(offset, value, true);
      else view.setFloat64(offset, value, true);
    });
  });
  let state = seed * 2_654_435_761;
  for (let i = pixels; i < bytes.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  writeFileSync(path, bytes);
  return bytes;
}

export function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}
