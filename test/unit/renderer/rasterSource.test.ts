import type DataTile from 'ol/DataTile';
import TileState from 'ol/TileState';
import { expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { placementOf } from '../../../renderer/map/placement';
import { RasterSource } from '../../../renderer/map/rasterSource';
import { NotYetMade } from '../../../renderer/workers/reducedTiles';
import { UploadPace } from '../../../renderer/map/uploadPace';
import type { TileLevel } from '@shared/tiff/tiles/tilePlan';
import type { TileLoader } from '../../../renderer/workers/tileLoader';
import { raster } from './samples';

const side = 4;

const level = (factor: number): TileLevel => ({
  level: 0,
  width: 1024 / factor,
  height: 768 / factor,
  tileWidth: side,
  tileHeight: side,
  columns: 256 / factor,
  rows: 192 / factor,
  scaleX: factor,
  scaleY: factor,
  factor,
});

/** Overviews that are built when a test says so. */
const overviews = ((): { made: Promise<void>; finish: () => void } => {
  let finish: () => void = () => undefined;
  const made = new Promise<void>((resolve) => (finish = resolve));
  return { made, finish };
})();

const loader: TileLoader = {
  levels: [level(1), level(2)],
  channels: [{ kind: 'band', band: 0 }, { kind: 'opacity' }],
  dtype: 'uint8',
  preview: {
    width: 2,
    height: 1,
    covers: { width: 1100, height: 800 },
    load: () => Promise.resolve(Uint8Array.of(1, 255, 9, 0)),
  },
  // The left half of every tile is grey and opaque. The tile in column 1 is broken, that in column 2 takes for ever, and that
  // in column 3 waits for its overviews.
  load: (index, column, _row, signal) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      if (column === 1) reject(new Error('broken'));
      else if (column === 3) reject(new NotYetMade(new AppError('tiff.block_too_large'), overviews.made));
      else if (column !== 2) {
        resolve(
          Uint8Array.from({ length: side * side * 2 }, (_, at) => (at % 8 < 4 ? [index, 255][at % 2]! : 0)),
        );
      }
    }),
  dispose: () => undefined,
};

function sourceOf(): { source: RasterSource; errors: unknown[] } {
  const errors: unknown[] = [];
  const pace = new UploadPace(queueMicrotask);
  const onerror = (error: unknown): number => errors.push(error);
  const source = new RasterSource(loader, placementOf(raster('a')), 1024, 768, onerror, pace);
  return { source, errors };
}

function begin(source: RasterSource, z: number, x: number): { tile: DataTile; state: Promise<number> } {
  const tile = source.getTile(z, x, 0, 1) as DataTile;
  const state = new Promise<number>((resolve) => {
    tile.addEventListener('change', () => tile.getState() !== TileState.LOADING && resolve(tile.getState()));
  });
  tile.load();
  return { tile, state };
}

test('the grid begins at the upper left corner; finest are the pixels of the raster, coarsest is the preview', () => {
  const { source } = sourceOf();
  const grid = source.getTileGrid();
  expect(grid?.getOrigin(source.finest)).toEqual([350_000, 3_055_000]);
  expect(grid?.getResolution(source.finest)).toBe(0.5);
  expect(grid?.getResolution(source.finest - 1)).toBe(1);
  expect(source.preview).toBe(0);
  expect(grid?.getTileCoordExtent([0, 0, 0])).toEqual([350_000, 3_055_000 - 400, 350_000 + 550, 3_055_000]);
});

test('no zoom of use asks for the preview', () => {
  const grid = sourceOf().source.getTileGrid();
  expect(grid?.getZForResolution(20)).toBe(1);
});

test('the preview is one tile of its own size', async () => {
  const { source } = sourceOf();
  const { tile, state } = begin(source, 0, 0);
  expect(await state).toBe(TileState.LOADED);
  expect(tile.getSize()).toEqual([2, 1]);
});

test('levels are counted from the coarsest one, and transparent pixels take the colour beside them', async () => {
  const { tile, state } = begin(sourceOf().source, 1, 0);
  await state;
  expect([...(tile.getData() as Uint8Array)].slice(0, side * 2)).toEqual([1, 255, 1, 255, 1, 0, 0, 0]);
});

test('a tile that cannot be read is told', async () => {
  const { source, errors } = sourceOf();
  const { state } = begin(source, source.finest, 1);
  expect(await state).toBe(TileState.ERROR);
  expect(errors).toMatchObject([{ message: 'broken' }]);
});

test('a tile out of view is given up silently and can begin anew', async () => {
  const { source, errors } = sourceOf();
  const gone = begin(source, source.finest, 2);
  const kept = begin(source, source.finest - 1, 2);
  source.keepOnly(new Set([`${source.finest - 1}/2/0`]));
  await gone.state;
  await Promise.resolve();
  expect(gone.tile.getState()).toBe(TileState.IDLE);
  expect(kept.tile.getState()).toBe(TileState.LOADING);
  expect(errors).toEqual([]);
});

test('a source that stops loading gives up what is under way and begins nothing new; what it has stays', async () => {
  const { source, errors } = sourceOf();
  const had = begin(source, 0, 0);
  await had.state;
  const gone = begin(source, source.finest, 2);
  source.stopLoading();
  await gone.state;
  const late = begin(source, 1, 0);
  expect(await late.state).toBe(TileState.ERROR);
  await Promise.resolve();
  expect(late.tile.getState()).toBe(TileState.ERROR);
  expect(had.tile.getState()).toBe(TileState.LOADED);
  expect(errors).toEqual([]);
});

test('a tile whose overviews are not built yet fails silently, and begins anew when they are', async () => {
  const { source, errors } = sourceOf();
  const { tile, state } = begin(source, source.finest, 3);
  expect(await state).toBe(TileState.ERROR);
  expect(errors).toEqual([]);
  overviews.finish();
  await overviews.made;
  await Promise.resolve();
  expect(tile.getState()).toBe(TileState.IDLE);
});
