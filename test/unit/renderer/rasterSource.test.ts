import type DataTile from 'ol/DataTile';
import { expect, test } from 'vitest';
import { placementOf } from '../../../renderer/map/placement';
import { RasterSource } from '../../../renderer/map/rasterSource';
import type { TileLevel, TileLoader } from '../../../renderer/workers/tileLoader';
import { raster } from './samples';

const side = 4;
const level: TileLevel = {
  level: 0,
  width: 1024,
  height: 768,
  tileWidth: side,
  tileHeight: side,
  columns: 256,
  rows: 192,
  scaleX: 1,
  scaleY: 1,
};

/** Grey of one value and opaque; tiles of the columns named cannot be read. */
function loaderWithout(broken: (column: number) => boolean): TileLoader {
  return {
    levels: [level],
    channels: [{ kind: 'band', band: 0 }, { kind: 'opacity' }],
    dtype: 'uint8',
    load: (_, column) =>
      broken(column)
        ? Promise.reject(new Error(`column ${column}`))
        : Promise.resolve(Uint8Array.from({ length: side * side * 2 }, (__, at) => (at % 2 === 0 ? 7 : 255))),
    dispose: () => undefined,
  };
}

async function readTile(broken: (column: number) => boolean) {
  const errors: unknown[] = [];
  const source = new RasterSource(loaderWithout(broken), placementOf(raster('a')), 1024, 768, (error) =>
    errors.push(error),
  );
  const finest = source.getTileGrid()?.getMaxZoom() ?? 0;
  const tile = source.getTile(finest - 1, 0, 0, 1) as DataTile;
  await new Promise<void>((resolve) => {
    tile.addEventListener('change', () => {
      if (tile.getState() >= 2) resolve();
    });
    tile.load();
  });
  return { errors, data: tile.getData() as Uint8Array | null, finest, source };
}

test('the grid begins at the upper left corner and its finest step is the raster itself', async () => {
  const { finest, source } = await readTile(() => false);
  const grid = source.getTileGrid();
  expect(grid?.getOrigin(finest)).toEqual([350_000, 3_055_000]);
  expect(grid?.getResolution(finest)).toBe(0.5);
  expect(grid?.getResolution(0)).toBeGreaterThan(0.5);
});

test('a part that cannot be read is told and leaves a hole', async () => {
  const { data, errors } = await readTile((column) => column === 1);
  expect(errors).toHaveLength(2);
  // Left half grey and opaque; right half transparent, its nearest pixels coloured for the graphics card alone.
  expect([...(data ?? [])].slice(0, side * 2)).toEqual([7, 255, 7, 255, 7, 0, 0, 0]);
});

test('a tile none of whose parts can be read fails', async () => {
  const { data, errors } = await readTile(() => true);
  expect(errors).toHaveLength(1);
  expect(data).toBeFalsy();
});
