import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import type { RecentRaster } from '@shared/library/records';
import { openRaster } from '@shared/tiff/open';
import { describe, expect, test } from 'vitest';
import { describeRaster } from '../../../main/ipc/rasterInfo';
import { openRasters, rastersHandlers, type RastersPort } from '../../../main/ipc/rasters';
import { fileSource } from '../../support/fileSource';
import { writeOrthophoto } from '../uploads/orthophoto';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'orthodesk-ipc-'));
}

const rasters: RastersPort = {
  open: async (path) => {
    const source = await fileSource(path).catch(() => {
      throw new AppError('rasters.file_missing', { file: path });
    });
    try {
      return { id: `id of ${path}`, description: (await openRaster(source)).description };
    } finally {
      await source.close();
    }
  },
  close: () => Promise.resolve(),
  readBlocks: async () => [],
  growing: () => null,
  readGrowing: async () => [],
  storedBlocks: async () => null,
  preview: async () => null,
  statistics: async () => [],
  saveCog: async () => undefined,
};

const rest = {
  rasters,
  stateOf: () => null,
  choose: () => Promise.resolve([]),
  chooseCog: () => Promise.resolve<string | null>(null),
  onSaving: () => undefined,
  sample: () => Promise.resolve(''),
};

function recentList() {
  const kept: RecentRaster[] = [];
  return { kept, recent: { list: () => kept, put: (raster: RecentRaster) => void kept.push(raster) } };
}

describe('opening', () => {
  test('one bad file does not hide the good ones, and only those are remembered', async () => {
    const path = join(folder(), 'good.tif');
    writeOrthophoto(path, { columns: 2, rows: 1 });
    const bad = join(folder(), 'bad.tif');
    writeFileSync(bad, 'words');
    const { kept, recent } = recentList();
    const opened = await openRasters({ rasters, recent, stateOf: () => null }, [
      bad,
      path,
      path,
      '/nowhere.tif',
    ]);
    expect(opened.rasters.map((raster) => raster.name)).toEqual(['good.tif']);
    expect(opened.failures.map((failure) => failure.path)).toEqual([bad, '/nowhere.tif']);
    expect(opened.failures[1]?.error.kind).toBe('rasters.file_missing');
    expect(kept.map((raster) => raster.path)).toEqual([path]);
  });

  test('a dialog that is cancelled opens nothing', async () => {
    const { recent } = recentList();
    const handlers = rastersHandlers({ ...rest, recent });
    expect(await handlers['rasters.openDialog'](undefined)).toEqual({ rasters: [], failures: [], kept: {} });
  });

  test('recent files that are gone are marked', () => {
    const path = join(folder(), 'here.tif');
    writeOrthophoto(path, { columns: 1, rows: 1 });
    const { kept, recent } = recentList();
    kept.push(
      { path, name: 'here.tif', openedAt: '' },
      { path: '/gone.tif', name: 'gone.tif', openedAt: '' },
    );
    const handlers = rastersHandlers({ ...rest, recent });
    expect(handlers['rasters.recent'](undefined)).toMatchObject([{ missing: false }, { missing: true }]);
  });
});

describe('where it lies', () => {
  async function described(epsg: number | null) {
    const path = join(folder(), 'ortho.tif');
    writeOrthophoto(path, { columns: 10, rows: 5, epsg });
    const { id, description } = await rasters.open(path);
    return describeRaster(id, path, description);
  }

  test('the outline follows the raster’s edge on the ground, anticlockwise and closed', async () => {
    const { footprint, bbox, gsd } = await described(32633);
    // PROJ: 500000 5000000 (EPSG:32633) is 15° east, 45.1534° north.
    expect(bbox?.[0]).toBeCloseTo(15, 9);
    expect(bbox?.[3]).toBeCloseTo(45.1534, 3);
    expect(gsd).toBeCloseTo(0.5, 3);
    const ring = footprint?.coordinates[0] ?? [];
    expect(ring).toHaveLength(33);
    expect(ring[0]).toEqual(ring.at(-1));
    const twiceArea = ring.slice(1).reduce((sum, [x = 0, y = 0], i) => {
      const [x0 = 0, y0 = 0] = ring[i] ?? [];
      return sum + (x0 * y - x * y0);
    }, 0);
    expect(twiceArea).toBeGreaterThan(0);
  });

  test('a raster without a coordinate system lies nowhere', async () => {
    expect(await described(null)).toMatchObject({ footprint: null, bbox: null, gsd: null });
  });
});
