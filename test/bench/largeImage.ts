import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import turbo from '@julusian/jpeg-turbo';
import { TAG } from '@shared/tiff/tags';
import { layoutTiff } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';
import { doubles, shorts, wholeNumbers } from '@shared/tiff/writeTags';

const tile = 512;
/** Different tiles a side; the picture repeats them, each time with bytes of its own on the disk. */
const different = 12;
const order = 'little';

/**
 * A square JPEG GeoTIFF of 512 px tiles without overviews, as large as orthophotos are: made once and kept in the folder for
 * temporary files. About 70 kB a tile, as photographs have. Answers with its path.
 */
export function largeImage(side: number): Promise<string> {
  return kept(`jpeg-${side}`, { width: side, height: side, holds: () => true });
}

/** The same, twice as wide as high, as pictures of the whole world are. */
export function wideImage(width: number): Promise<string> {
  return kept(`jpeg-${width}-wide`, { width, height: width / 2, holds: () => true });
}

/** The same, but hardly any tile is there: a flight along one diagonal. */
export function sparseImage(side: number): Promise<string> {
  const holds = (column: number, row: number): boolean => Math.abs(column - row) <= 1;
  return kept(`sparse-${side}`, { width: side, height: side, holds });
}

interface Shape {
  readonly width: number;
  readonly height: number;
  /** Whether the file holds a tile. */
  holds(column: number, row: number): boolean;
}

async function kept(name: string, shape: Shape): Promise<string> {
  const path = join(tmpdir(), 'orthodesk-bench', `${name}.tif`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  try {
    await write(unfinished, shape, await differentTiles());
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

async function differentTiles(): Promise<Buffer[]> {
  const tiles: Buffer[] = [];
  for (let at = 0; at < different * different; at++) {
    const pixels = ground((at % different) * tile, Math.floor(at / different) * tile);
    const options = {
      format: turbo.FORMAT_RGB,
      width: tile,
      height: tile,
      subsampling: turbo.SAMP_420,
      quality: 80,
    };
    tiles.push(Buffer.from(await turbo.compress(pixels, options)));
  }
  return tiles;
}

/** Fields with hard edges, shading across them, and the noise of a sensor. */
function ground(left: number, top: number): Buffer {
  const pixels = Buffer.alloc(tile * tile * 3);
  let state = left * 31 + top + 7;
  for (let i = 0; i < tile * tile; i++) {
    const x = left + (i % tile);
    const y = top + Math.floor(i / tile);
    const field = ((Math.floor(x / 170) * 31 + Math.floor(y / 130) * 17) % 13) * 11;
    const shade = 40 + field + 25 * Math.sin((x + 2 * y) / 900);
    for (let band = 0; band < 3; band++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      pixels[i * 3 + band] = shade + band * 6 * Math.cos((x - y) / 300) + (state >>> 28) * 1.6;
    }
  }
  return pixels;
}

async function write(path: string, shape: Shape, tiles: readonly Buffer[]): Promise<void> {
  const across = Math.ceil(shape.width / tile);
  const blocks = Array.from({ length: across * Math.ceil(shape.height / tile) }, (_, at) => {
    const column = at % across;
    const row = Math.floor(at / across);
    if (!shape.holds(column, row)) return null;
    const bytes = tiles[(row % different) * different + (column % different)] as Buffer;
    return { length: bytes.length, compute: () => Promise.resolve(new Uint8Array(bytes)) };
  });
  const layout = layoutTiff({
    byteOrder: order,
    directories: [{ tags: tagsOf(shape), tiled: true, blocks }],
  });
  const file = await open(path, 'w');
  try {
    for await (const piece of streamLayout(layout, [], { chunkBytes: 8 * 1024 * 1024 }))
      await file.write(piece);
  } finally {
    await file.close();
  }
}

function tagsOf({ width, height }: Shape) {
  const geoKeys = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32645];
  return [
    wholeNumbers(order, TAG.ImageWidth, [width]),
    wholeNumbers(order, TAG.ImageLength, [height]),
    shorts(order, TAG.BitsPerSample, [8, 8, 8]),
    shorts(order, TAG.Compression, [7]),
    shorts(order, TAG.PhotometricInterpretation, [6]),
    shorts(order, TAG.SamplesPerPixel, [3]),
    shorts(order, TAG.PlanarConfiguration, [1]),
    shorts(order, TAG.TileWidth, [tile]),
    shorts(order, TAG.TileLength, [tile]),
    shorts(order, TAG.YCbCrSubSampling, [2, 2]),
    doubles(order, TAG.ModelPixelScale, [0.1, 0.1, 0]),
    doubles(order, TAG.ModelTiepoint, [0, 0, 0, 350_000, 3_055_000, 0]),
    shorts(order, TAG.GeoKeyDirectory, geoKeys),
  ];
}
