import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openRaster } from '@shared/tiff/open';
import { imageTags } from '@shared/tiff/slice';
import { gridTags } from '@shared/tiff/sliceTags';
import type { Level, Raster } from '@shared/tiff/types';
import { layoutTiff, type WriteBlock } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';
import { fileSource } from '../../support/fileSource';
import { gdal, writeRawImage } from '../../support/gdal';

const TILE = 512;
/** px a side of the picture whose tiles the scenes are made of */
const SIDE = 4096;

/** Writes an orthophoto of about so many bytes: 512 px JPEG tiles, each stored for itself, without overviews. */
export async function writeScene(path: string, bytes: number): Promise<void> {
  const seed = `${path}.seed.tif`;
  gdal(
    'gdal_translate', '-q', '-a_srs', 'EPSG:32633', '-a_ullr', '500000', '5000000', '500409.6', '4999590.4',
    '-co', 'TILED=YES', '-co', `BLOCKXSIZE=${TILE}`, '-co', `BLOCKYSIZE=${TILE}`,
    '-co', 'COMPRESS=JPEG', '-co', 'PHOTOMETRIC=YCBCR', '-co', 'JPEG_QUALITY=85',
    writeTexture(`${path}.raw`), seed,
  ); // prettier-ignore
  const source = await fileSource(seed);
  const raster = await openRaster(source);
  const level = raster.description.levels[0] as Level;
  const tiles = await Promise.all(
    Array.from({ length: level.columns * level.rows }, (_, index) => raster.readBlock(level, index)),
  );
  const stored = tiles.map((tile) => tile as Uint8Array);
  const average = stored.reduce((sum, tile) => sum + tile.length, 0) / stored.length;
  const columns = Math.max(1, Math.round(Math.sqrt(bytes / average)));
  const layout = await layoutOf(raster, columns, (index) => stored[index % stored.length] as Uint8Array);
  await pipeline(Readable.from(streamLayout(layout, [])), createWriteStream(path));
  await source.close();
}

/** Writes an uncompressed BigTIFF of about so many bytes whose pixels are a hole in the file: it takes no room on the disk. */
export async function writeSparseScene(path: string, bytes: number): Promise<void> {
  const seed = `${path}.seed.tif`;
  gdal(
    'gdal_create', '-q', '-of', 'GTiff', '-outsize', String(TILE), String(TILE), '-bands', '3', '-burn', '1',
    '-a_srs', 'EPSG:32633', '-a_ullr', '500000', '5000000', '500051.2', '4999948.8',
    '-co', 'TILED=YES', '-co', `BLOCKXSIZE=${TILE}`, '-co', `BLOCKYSIZE=${TILE}`, '-co', 'PHOTOMETRIC=RGB', seed,
  ); // prettier-ignore
  const source = await fileSource(seed);
  const raster = await openRaster(source);
  const length = TILE * TILE * 3;
  const columns = Math.round(Math.sqrt(bytes / length));
  const layout = await layoutOf(raster, columns, (index) => ({ file: 0, offset: index * length, length }));
  const [head] = layout.parts;
  const file = await open(path, 'w');
  await file.write(head as Uint8Array);
  await file.truncate(layout.size);
  await file.close();
  await source.close();
}

/** A square of so many tiles a side, with the tags of another raster. */
async function layoutOf(raster: Raster, columns: number, blockAt: (index: number) => WriteBlock) {
  const level = raster.description.levels[0] as Level;
  const { byteOrder, width, height } = raster.description;
  const kept = await imageTags(raster, { x: 0, y: 0, width, height }, 'copy');
  const side = columns * TILE;
  const grid = gridTags(byteOrder, { ...level, width: side, height: side });
  const blocks = Array.from({ length: columns * columns }, (_, index) => blockAt(index));
  return layoutTiff({ byteOrder, directories: [{ tags: [...kept, ...grid], tiled: true, blocks }] });
}

/** Fields with hard edges, shading and sensor noise, as raw samples that GDAL opens. */
function writeTexture(path: string): string {
  const samples = new Uint8Array(SIDE * SIDE * 3);
  let state = 7;
  for (let i = 0; i < samples.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = i % SIDE;
    const y = Math.floor(i / SIDE);
    const patch = ((Math.floor(x / 37) * 31 + Math.floor(y / 29) * 17) % 13) * 14;
    samples[i] = 30 + patch + (state >>> 28);
  }
  return writeRawImage(path, { width: SIDE, height: SIDE, bands: 3, type: 'uint8', samples });
}
