import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import {
  GeoPackage,
  readFeatures,
  writeGeoPackage,
  type AnyFeature,
  type WriteReport,
} from '../../../main/library/geopackage/index';
import { withoutGdal } from '../../support/data';
import { inspect, query } from '../../support/ogr';
import { batches, feature, openDatabase, rectangle, town, workFolder } from './support';

const folder = workFolder();
afterAll(() => folder.remove());

function write(
  name: string,
  features: readonly AnyFeature[],
  styleName = 'buildings',
  size = 100,
): Promise<WriteReport> {
  return writeGeoPackage(openDatabase, {
    path: folder.path(name),
    layerName: 'result',
    features: batches(features, size),
    styleName,
    metadata: { processingId: 'p-1', model: '🏠 Buildings' },
  });
}

function columnsOf(name: string): Record<string, string> {
  const db = openDatabase(folder.path(name), { readonly: true });
  const rows = db.prepare('SELECT name, type FROM pragma_table_info(?)').all('result') as {
    name: string;
    type: string;
  }[];
  db.close();
  return Object.fromEntries(rows.map((row) => [row.name, row.type]));
}

async function exported(name: string): Promise<AnyFeature[]> {
  const result = new GeoPackage(openDatabase, folder.path(name));
  const path = folder.path(`${name}.geojson`);
  await result.exportGeoJson(path);
  result.close();
  return (JSON.parse(readFileSync(path, 'utf8')) as { features: AnyFeature[] }).features;
}

const square = rectangle(10, 50, 1, 1);

test('columns take the type of their values', async () => {
  await write('types.gpkg', [
    feature(square, { whole: 1, real: 1.5, text: 'a', yes: true, nothing: null, list: [1, 2] }),
    feature(square, { whole: 2, real: 3, text: '2', yes: false, nothing: null, list: { a: 1 } }),
  ]);
  expect(columnsOf('types.gpkg')).toEqual({
    fid: 'INTEGER',
    geom: 'POLYGON',
    whole: 'INTEGER',
    real: 'REAL',
    text: 'TEXT',
    yes: 'BOOLEAN',
    nothing: 'BOOLEAN',
    list: 'TEXT',
  });
});

test('types that turn out too narrow are widened, keys that come late are added, nothing is lost', async () => {
  const features = [
    feature(square, { a: 1, b: true, c: 3, d: true }),
    feature(square, { a: 2.5, b: 'maybe', c: 'three', late: 1, d: 7 }),
    feature({ type: 'MultiPolygon', coordinates: [] as never }, {}),
    feature({ type: 'MultiPolygon', coordinates: [square.type === 'Polygon' ? square.coordinates : []] }),
  ];
  await write('widened.gpkg', features, 'default', 1);
  expect(columnsOf('widened.gpkg')).toMatchObject({
    geom: 'GEOMETRY',
    a: 'REAL',
    b: 'TEXT',
    c: 'TEXT',
    d: 'INTEGER',
    late: 'INTEGER',
  });
  const back = await exported('widened.gpkg');
  expect(back.map((one) => one.properties)).toEqual([
    { a: 1, b: 'true', c: '3', d: 1 },
    { a: 2.5, b: 'maybe', c: 'three', d: 7, late: 1 },
    {},
    {},
  ]);
});

test('what is written is what is exported', async () => {
  const features = [
    ...town(12),
    feature(
      { type: 'Point', coordinates: [1.1234567, 2.7654321, 3] },
      { tags: ['a', { b: null }], ok: true },
    ),
    feature(null, { id: 900, object_type: 'O\'Neill "quoted" – ✓' }),
  ];
  const report = await write('round.gpkg', features);
  expect(report).toEqual({
    features: features.length,
    withoutGeometry: 1,
    bbox: expect.arrayContaining([1.1234567]),
  });
  expect(await exported('round.gpkg')).toEqual(features);
});

test('names that SQLite or the format keep for themselves are changed, colliding ones told apart', async () => {
  await write('names.gpkg', [
    feature(square, { fid: 1, GEOM: 2, Name: 'a', name: 'b', '': 'c', 'x"y': 'd', rowid: 5 }),
  ]);
  expect(Object.keys(columnsOf('names.gpkg'))).toEqual([
    'fid',
    'geom',
    'fid_2',
    'GEOM_2',
    'Name',
    'name_2',
    'unnamed',
    'x"y',
    'rowid_2',
  ]);
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, i]));
  await write('many.gpkg', [feature(square, many), feature(square, { another: 1 })], 'default', 1);
  const columns = columnsOf('many.gpkg');
  expect(Object.keys(columns)).toHaveLength(203);
  expect(columns['other_properties']).toBe('TEXT');
  const [first, second] = await exported('many.gpkg');
  expect(first!.properties!['key 7']).toBe(7);
  expect(first!.properties!['other_properties']).toMatchObject({ 'key 299': 299 });
  expect(second!.properties).toEqual({ other_properties: { another: 1 } });
});

test("GeoJSON's own id is kept when no property has that name", async () => {
  await write('ids.gpkg', [
    { ...feature(square, { a: 1 }), id: 'x-7' },
    { ...feature(square, { id: 3, a: 2 }), id: 'x-8' },
  ]);
  expect((await exported('ids.gpkg')).map((one) => one.properties!['id'])).toEqual(['x-7', '3']);
});

test('a result without features is a result', async () => {
  expect(await write('empty.gpkg', [])).toEqual({ features: 0, withoutGeometry: 0, bbox: null });
  const result = new GeoPackage(openDatabase, folder.path('empty.gpkg'));
  expect(result.summary()).toMatchObject({ featureCount: 0, bbox: null, fields: [] });
  expect(result.tile({ z: 0, x: 0, y: 0 })).toBeNull();
  expect(result.page({ offset: 0, limit: 10, sortBy: null, descending: false })).toEqual([]);
  result.close();
  expect(await exported('empty.gpkg')).toEqual([]);
});

test('a failure leaves the result that was there, and nothing else', async () => {
  await write('kept.gpkg', town(3));
  const before = readFileSync(folder.path('kept.gpkg'));
  async function* failing(): AsyncGenerator<AnyFeature[]> {
    yield town(20);
    throw new Error('the server went away');
  }
  const job = { path: folder.path('kept.gpkg'), layerName: 'result', styleName: '', metadata: {} };
  await expect(writeGeoPackage(openDatabase, { ...job, features: failing() })).rejects.toThrow(
    'the server went away',
  );
  expect(readFileSync(folder.path('kept.gpkg')).equals(before)).toBe(true);
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(
    writeGeoPackage(openDatabase, { ...job, features: batches(town(3)), signal: stopped }),
  ).rejects.toThrow('stopped');
  expect(readdirSync(folder.path('.')).filter((name) => name.includes('.part'))).toEqual([]);
  await expect(
    writeGeoPackage(openDatabase, {
      ...job,
      path: folder.path('no/such/folder.gpkg'),
      features: batches([]),
    }),
  ).rejects.toMatchObject({ name: expect.stringMatching(/Error/) });
});

test('pages are in the order asked for, with exact boxes', async () => {
  const features = town(10);
  await write('pages.gpkg', [...features, feature(null, { area: 1 })]);
  const result = new GeoPackage(openDatabase, folder.path('pages.gpkg'));
  const page = (offset: number, sortBy: string | null, descending = false) =>
    result.page({ offset, limit: 5, sortBy, descending });
  expect(page(95, null).map((row) => row.id)).toEqual([96, 97, 98, 99, 100]);
  expect(page(0, 'area', true).map((row) => row.properties['id'])).toEqual([100, 99, 98, 97, 96]);
  const [last] = page(0, 'area');
  expect(last).toMatchObject({ id: 101, bbox: null });
  const ring = (features[7]!.geometry as { coordinates: number[][][] }).coordinates[0]!;
  const xs = ring.map(([x]) => x!);
  const ys = ring.map(([, y]) => y!);
  expect(page(7, null)[0]!.bbox).toEqual([
    Math.min(...xs),
    Math.min(...ys),
    Math.max(...xs),
    Math.max(...ys),
  ]);
  expect(() => page(0, 'area"; DROP TABLE result; --')).toThrow(
    expect.objectContaining({ kind: 'results.no_such_field' }),
  );
  result.close();
});

test('identify finds what is at a place, what is nearest first', async () => {
  const hole = rectangle(20, 20, 10, 10) as { coordinates: number[][][] };
  hole.coordinates.push([...(rectangle(23, 23, 4, 4) as typeof hole).coordinates[0]!].reverse());
  await write('identify.gpkg', [
    feature(rectangle(0, 0, 10, 10), { name: 'field' }),
    feature(rectangle(2, 2, 1, 1), { name: 'house' }),
    feature(hole as never, { name: 'ring' }),
    feature({ type: 'LineString', coordinates: [[-5, -5], [-5, 5]] }, { name: 'road' }), // prettier-ignore
    feature({ type: 'Point', coordinates: [40, 40] }, { name: 'tree' }),
  ]);
  const result = new GeoPackage(openDatabase, folder.path('identify.gpkg'));
  const at = (lon: number, lat: number, toleranceMetres = 1): unknown[] =>
    result.identify({ lon, lat, toleranceMetres }).map((found) => found.properties['name']);
  expect(at(2.5, 2.5)).toEqual(['house', 'field']);
  expect(at(1, 1)).toEqual(['field']);
  expect(at(25, 25)).toEqual([]);
  expect(at(22, 22)).toEqual(['ring']);
  expect(at(-5.0001, 0, 5)).toEqual([]);
  expect(at(-5.0001, 0, 15)).toEqual(['road']);
  expect(at(40.00001, 40.00001, 3)).toEqual(['tree']);
  expect(result.identify({ lon: 2.5, lat: 2.5, toleranceMetres: 0 })[0]!.geometry).toEqual(
    rectangle(2, 2, 1, 1),
  );
  result.close();
});

test('a file that is no result, or damaged, or gone, is told apart', async () => {
  writeFileSync(
    folder.path('text.gpkg'),
    'not a database, and long enough to be looked at as one'.repeat(50),
  );
  openDatabase(folder.path('other.gpkg')).exec('CREATE TABLE t (a)').close();
  await write('damaged.gpkg', town(40));
  const bytes = readFileSync(folder.path('damaged.gpkg'));
  bytes.fill(0x55, 4096 * 4);
  writeFileSync(folder.path('damaged.gpkg'), bytes);
  const opening = (name: string) => () => {
    const result = new GeoPackage(openDatabase, folder.path(name));
    try {
      result.page({ offset: 0, limit: 1000, sortBy: null, descending: false });
    } finally {
      result.close();
    }
  };
  expect(opening('text.gpkg')).toThrow(expect.objectContaining({ kind: 'results.damaged' }));
  expect(opening('other.gpkg')).toThrow(expect.objectContaining({ kind: 'results.not_geopackage' }));
  expect(opening('damaged.gpkg')).toThrow(expect.objectContaining({ kind: 'results.damaged' }));
  expect(opening('gone.gpkg')).toThrow(expect.objectContaining({ kind: 'results.missing' }));
  expect(existsSync(folder.path('gone.gpkg'))).toBe(false);
});

test.skipIf(withoutGdal('results read by OGR'))(
  'OGR reads the file: CRS, count, types, validity, R-tree, style',
  async () => {
    const features = town(30);
    await write('ogr.gpkg', features);
    const path = folder.path('ogr.gpkg');
    const summary = execFileSync('ogrinfo', ['-al', '-so', path, 'result'], { encoding: 'utf8' });
    expect(summary).toContain('ID["EPSG",4326]');
    expect(summary).toContain('Geometry: Polygon');
    expect(summary).toContain(`Feature Count: ${features.length}`);
    for (const column of ['id: Integer64', 'object_type: String', 'class_id: String', 'area: Real']) {
      expect(summary).toContain(column);
    }
    const layer = { features: features.length, invalid: 0 };
    expect({
      features: query(path, 'SELECT count(*) AS n FROM result'),
      invalid: query(path, 'SELECT count(*) AS n FROM result WHERE NOT ST_IsValid(geom)'),
    }).toEqual(layer);
    expect(query(path, `SELECT HasSpatialIndex('result', 'geom') AS n`)).toBe(1);
    expect(query(path, `SELECT count(*) AS n FROM layer_styles WHERE useAsDefault = 1`)).toBe(1);
    const plan = openDatabase(path, { readonly: true });
    expect(plan.prepare(`SELECT rtreecheck('rtree_result_geom')`).pluck().get()).toBe('ok');
    const qml = plan.prepare('SELECT styleQML FROM layer_styles').pluck().get() as string;
    expect(qml.match(/<category /g)).toHaveLength(6);
    expect(qml.match(/<symbol /g)).toHaveLength(6);
    expect(plan.pragma('foreign_key_check')).toEqual([]);
    expect(plan.pragma('integrity_check', { simple: true })).toBe('ok');
    plan.close();
    const found = execFileSync(
      'ogrinfo',
      ['-al', '-so', '-spat', '85.5', '27.6', '85.5009', '27.6009', path, 'result'],
      { encoding: 'utf8' },
    );
    expect(found).toContain('Feature Count: 25');
  },
);

test.skipIf(withoutGdal('results edited by OGR'))(
  'the index follows when another program edits the file',
  async () => {
    await write('edited.gpkg', town(10));
    const path = folder.path('edited.gpkg');
    const edit = (sql: string): Buffer => execFileSync('ogrinfo', ['-q', '-sql', sql, path]);
    edit('DELETE FROM result WHERE fid <= 40');
    edit('INSERT INTO result (geom, id) SELECT geom, 1000 FROM result WHERE fid = 50');
    const db = openDatabase(path, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM rtree_result_geom').pluck().get()).toBe(61);
    expect(db.prepare(`SELECT rtreecheck('rtree_result_geom')`).pluck().get()).toBe('ok');
    db.close();
    const result = new GeoPackage(openDatabase, path);
    expect(result.summary().featureCount).toBe(61);
    result.close();
  },
);

test.skipIf(withoutGdal("OGR's own GeoPackage"))('a GeoPackage that OGR wrote is read as well', async () => {
  const geojson = folder.path('source.geojson');
  writeFileSync(geojson, JSON.stringify({ type: 'FeatureCollection', features: town(5) }));
  execFileSync('ogr2ogr', ['-f', 'GPKG', folder.path('foreign.gpkg'), geojson]);
  const result = new GeoPackage(openDatabase, folder.path('foreign.gpkg'));
  expect(result.summary()).toMatchObject({ featureCount: 25, styleName: 'default' });
  expect(result.identify({ lon: 85.50002, lat: 27.60002, toleranceMetres: 1 })).toHaveLength(1);
  result.close();
  expect(inspect(geojson)).toEqual({ features: 25, invalid: 0 });
});

test('features stream from a file into the writer', async () => {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: town(20) }));
  }
  const report = await writeGeoPackage(openDatabase, {
    path: folder.path('streamed.gpkg'),
    layerName: 'result',
    features: readFeatures(chunks(), 'streamed'),
    styleName: 'forest',
    metadata: {},
  });
  expect(report.features).toBe(400);
});
