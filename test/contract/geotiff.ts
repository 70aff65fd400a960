import { writeFile } from 'node:fs/promises';

export interface TinyTiff {
  readonly width?: number;
  readonly height?: number;
  readonly bands?: number;
  /** EPSG code of a projected system, or null for none */
  readonly epsg?: number | null;
  /** CRS units of a pixel */
  readonly pixel?: number;
  readonly origin?: readonly [number, number];
  /** 0–255, by position and band */
  readonly sample?: (x: number, y: number, band: number) => number;
}

/** An uncompressed 8-bit GeoTIFF in one strip: the smallest that the engine takes. */
export function tinyTiff(options: TinyTiff = {}): Buffer {
  const { width = 64, height = 48, bands = 3, epsg = 32633, pixel = 0.5 } = options;
  const [x0, y0] = options.origin ?? [456_000, 5_428_000];
  const sample = options.sample ?? ((x, y, band) => (x * 3 + y * 5 + band * 40) % 256);

  const pixels = Buffer.alloc(width * height * bands);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      for (let band = 0; band < bands; band++) pixels[at++] = sample(x, y, band);
  }
  const keys = epsg === null ? [] : [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg];
  const entries: [tag: number, type: number, values: number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array.from({ length: bands }, () => 8)],
    [259, 3, [1]],
    [262, 3, [bands >= 3 ? 2 : 1]],
    [273, 4, [8]],
    [277, 3, [bands]],
    [278, 4, [height]],
    [279, 4, [pixels.length]],
    ...(bands === 4 || bands === 2 ? ([[338, 3, [2]]] as [number, number, number[]][]) : []),
    [33550, 12, [pixel, pixel, 0]],
    [33922, 12, [0, 0, 0, x0, y0, 0]],
    ...(keys.length > 0 ? ([[34735, 3, keys]] as [number, number, number[]][]) : []),
  ];
  const directoryAt = 8 + pixels.length + (pixels.length % 2);
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  const values: Buffer[] = [];
  let valuesAt = directoryAt + directory.length;
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, list], i) => {
    const at = 2 + i * 12;
    const bytes = encode(type, list);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(list.length, at + 4);
    if (bytes.length <= 4) {
      bytes.copy(directory, at + 8);
    } else {
      directory.writeUInt32LE(valuesAt, at + 8);
      values.push(bytes);
      valuesAt += bytes.length;
    }
  });
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(directoryAt, 4);
  return Buffer.concat([head, pixels, Buffer.alloc(pixels.length % 2), directory, ...values]);
}

function encode(type: number, values: readonly number[]): Buffer {
  const size = { 3: 2, 4: 4, 12: 8 }[type] ?? 1;
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => {
    if (type === 3) bytes.writeUInt16LE(value, i * 2);
    else if (type === 4) bytes.writeUInt32LE(value, i * 4);
    else bytes.writeDoubleLE(value, i * 8);
  });
  return bytes;
}

export async function writeTinyTiff(path: string, options: TinyTiff = {}): Promise<string> {
  await writeFile(path, tinyTiff(options));
  return path;
}
