import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '@shared/log';
import { AppError } from '@shared/errors';
import type { RecentRaster } from '@shared/library/records';
import { identityOf } from '@shared/rasterIdentity';
import { openRaster } from '@shared/tiff/open';
import { baseMapTileOf } from '../../../main/ipc/baseMaps';
import { bookmarksHandlers, filesHandlers } from '../../../main/ipc/desk';
import type { RastersPort } from '../../../main/ipc/rasters';
import { openLibrary, type Library } from '../../../main/library';
import { filesAmong, OpenRequests } from '../../../main/openRequests';
import { checkIdentity, createNodeCodecs, openFile, placesBeside, surveyPaths } from '../../../main/rasters';
import { readPixel } from '../../../main/rasters/readPixel';
import { deepImage } from '../../fixtures/deepImage';
import { fileSource } from '../../support/fileSource';
import { temporaryFolder } from '../../support/gdal';

let folder: ReturnType<typeof temporaryFolder>;
let library: Library;

beforeEach(() => {
  folder = temporaryFolder();
  library = openLibrary(folder.path('library.db'), { log: silentLog });
});

afterEach(() => {
  library.close();
  folder.remove();
});

const small = (value: number, side = 64): Uint8Array => deepImage({ bands: 1, side, value: () => value });

function write(name: string, bytes: Uint8Array | string): string {
  const path = folder.path(name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

const closed: string[] = [];
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
  close: async (id) => void closed.push(id),
  readBlocks: async () => [],
  growing: () => null,
  readGrowing: async () => [],
  storedBlocks: async () => null,
  preview: async () => null,
  statistics: async () => [],
  saveCog: async () => undefined,
};

function handlersFor(chosen: string | null) {
  const { recentRasters: recent } = library;
  return filesHandlers({
    rasters,
    recent,
    stateOf: () => null,
    survey: surveyPaths,
    pixel: () => Promise.reject(new Error('not asked')),
    choosePlace: async () => chosen,
    placesBeside,
    checkIdentity,
    onRecent: () => undefined,
  });
}

const missingFile = async (path: string) => ({
  path: path.replace('/new/', '/old/'),
  identity: identityOf((await rasters.open(path)).description),
});

test('a moved file is found again with those that lay beside it and below; another file is left alone', async () => {
  const [first, beside, below] = [
    write('new/a.tif', small(1)),
    write('new/b.tif', small(2)),
    write('new/deep/c.tif', small(3)),
  ];
  write('new/d.tif', small(4, 128));
  const missing = await Promise.all([first, beside, below].map(missingFile));
  const other = { ...(missing[0] as (typeof missing)[0]), path: folder.path('old/d.tif') };
  const wanted = folder.path('old/a.tif');
  library.recentRasters.put({ path: wanted, name: 'a.tif', openedAt: '2026-01-01T00:00:00Z' });
  const { found, failures } = await handlersFor(first)['files.locate']({
    wanted,
    missing: [...missing, other],
  });
  expect(found.map(({ raster }) => raster.path)).toEqual([first, beside, below]);
  expect(found.map(({ path }) => path)).toEqual([
    wanted,
    folder.path('old/b.tif'),
    folder.path('old/deep/c.tif'),
  ]);
  expect(failures).toEqual([]);
  expect(library.recentRasters.list().map((recent: RecentRaster) => recent.path)).not.toContain(wanted);
});

test('a file that is another raster is refused and closed; a cancelled dialog changes nothing', async () => {
  const right = write('new/a.tif', small(1));
  const wrong = write('new/e.tif', small(1, 128));
  const missing = [await missingFile(right)];
  const wanted = missing[0]?.path ?? '';
  closed.length = 0;
  const { found, failures } = await handlersFor(wrong)['files.locate']({ wanted, missing });
  expect(found).toEqual([]);
  expect(failures.map(({ error }) => error.kind)).toEqual(['rasters.not_the_same']);
  expect(closed).toEqual([`id of ${wrong}`]);
  expect(await handlersFor(null)['files.locate']({ wanted, missing })).toEqual({ found: [], failures: [] });
});

test('folders are looked through for rasters, files stay files', async () => {
  const file = write('single.tif', small(1));
  write('images/b.TIFF', small(1));
  write('images/north/a.tif', small(1));
  write('images/notes.txt', 'words');
  write('images/.hidden/x.tif', small(1));
  const { files, folders } = await surveyPaths([file, folder.path('images'), folder.path('nothing.tif')]);
  expect(files).toEqual([file, folder.path('nothing.tif')]);
  expect(folders[0]?.rasters.map(({ name }) => name)).toEqual(['b.TIFF', join('north', 'a.tif')]);
  expect(folders[0]?.more).toBe(false);
});

test('a pixel is read as the file has it, and nodata is said', async () => {
  const value = (band: number, column: number, row: number): number =>
    column < 64 ? 0 : 50_000 + band + column + row;
  const path = write('deep.tif', deepImage({ bands: 3, side: 128, value }));
  const { raster, close } = await openFile(path);
  const codecs = createNodeCodecs();
  expect(await readPixel(raster, codecs, 100, 7)).toEqual({ values: [50_107, 50_108, 50_109], valid: true });
  expect(await readPixel(raster, codecs, 10, 7)).toEqual({ values: [0, 0, 0], valid: false });
  await close();
});

test('bookmarks and layers are kept in the library', async () => {
  const handlers = bookmarksHandlers(library.bookmarks);
  const place = { lon: 15, lat: 45, metresPerPixel: 0.5, rotation: 0.1 };
  const yard = await handlers['bookmarks.add']({ name: 'Yard', place });
  await handlers['bookmarks.rename']({ bookmarkId: yard.id, name: 'Back yard' });
  expect(await handlers['bookmarks.list'](undefined)).toEqual([{ id: yard.id, name: 'Back yard', place }]);
  await handlers['bookmarks.remove']({ bookmarkId: yard.id });
  expect(library.bookmarks.list()).toEqual([]);
  expect(() => handlers['bookmarks.rename']({ bookmarkId: yard.id, name: 'x' })).toThrow(AppError);

  const layer = (ref: string, state: Record<string, unknown> = {}) => ({
    kind: 'raster' as const,
    ref,
    state,
  });
  library.layerStates.keep([layer('/a', { opacity: 0.4 }), layer('/b')], '2026-01-01T00:00:00Z');
  library.layerStates.keep([layer('/b')], '2026-01-02T00:00:00Z');
  expect(library.layerStates.onMap()).toEqual([layer('/b')]);
  expect(library.layerStates.stateOf('raster', '/a')).toEqual({ opacity: 0.4 });
  const many = Array.from({ length: 600 }, (_, index) => layer(`/${index}`));
  library.layerStates.keep(many, '2026-01-03T00:00:00Z');
  library.layerStates.keep([], '2026-01-04T00:00:00Z');
  expect(library.layerStates.stateOf('raster', '/a')).toBeNull();
  expect(library.layerStates.onMap()).toEqual([]);
});

test('addresses of tiles are taken apart, and others are none of theirs', () => {
  expect(baseMapTileOf('app://orthodesk/basemap/osm/3/2/1')).toEqual({ id: 'osm', z: 3, x: 2, y: 1 });
  for (const path of [
    'index.html',
    'basemap/osm/3/2',
    'basemap/../x/3/2/1',
    'basemap/osm/3/2/1/4',
    'basemap/osm/-3/2/1',
  ])
    expect(baseMapTileOf(`app://orthodesk/${path}`)).toBeNull();
});

test('files that the system hands over wait for the window', () => {
  const requests = new OpenRequests();
  const taken: (readonly string[])[] = [];
  requests.add(['/a.tif']);
  requests.add([]);
  requests.add(['/b.tif']);
  requests.deliverTo((paths) => taken.push(paths));
  requests.add(['/c.tif']);
  expect(taken).toEqual([['/a.tif', '/b.tif'], ['/c.tif']]);
});

test('rasters are told from switches and other words of a command line', () => {
  const image = write('town.TIF', small(1));
  const argv = ['orthodesk', '--flag', 'town.TIF', image, 'notes.txt', 'gone.tif', '--file=x.tif'];
  expect(filesAmong(argv, resolve(image, '..'))).toEqual([image, image]);
});
