import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { nodeRasters, openDatabase } from '../../../main/engine/nodeParts';
import { boxOf } from '../../../main/engine/blocks/plane';
import { describeLocal } from '../../../main/engine/localData/describe';
import { readBuildings } from '../../../main/engine/localData/extract';
import { polygonsOfBlob } from '../../../main/engine/localData/wkb';
import { GeometryEncoder } from '../../../main/library/geopackage/wkb';
import { gdal, temporaryFolder } from '../../support/gdal';
import { withoutGdal } from '../../support/data';
import { rectangle } from './shapes';

const folder = temporaryFolder();
afterAll(folder.remove);

const feature = (properties: Record<string, unknown>, ring = rectangle(0, 0, 10, 10)): object => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates: [ring] },
});

function write(name: string, features: readonly object[]): string {
  const path = folder.path(name);
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
}

const read = (path: string, box?: Parameters<typeof readBuildings>[2]): ReturnType<typeof readBuildings> =>
  readBuildings(path, openDatabase, box);

test('buildings are told from other polygons by their tag, in each spelling that tools have', async () => {
  const path = write('tags.geojson', [
    feature({ '@id': 'way/1', building: 'house', height: '7.5 m' }),
    feature({ full_id: 'r22', building: 'yes', 'building:levels': '3', name: 'Hall' }),
    feature({ osm_way_id: '33', other_tags: '"building"=>"school","height"=>"9"' }),
    feature({ osm_id: 44, osm_type: 'ways_poly', tags: { building: 'retail' } }),
    feature({ '@id': 'way/5', landuse: 'grass' }),
    feature({ '@id': 'way/6', building: 'no' }),
  ]);
  const found = await read(path);
  expect(found.map(({ osmId, building, name, height }) => [osmId, building, name, height])).toEqual([
    ['way/1', 'house', '', 7.5],
    ['relation/22', 'yes', 'Hall', 9],
    ['way/33', 'school', '', 9],
    ['way/44', 'retail', '', null],
  ]);
});

test('a file of footprints without tags is one of buildings', async () => {
  const path = write('bare.geojson', [feature({ id: 1 }), feature({}, rectangle(50, 0, 5, 5))]);
  expect((await read(path)).map(({ building }) => building)).toEqual(['yes', 'yes']);
});

test('only what meets a box is given', async () => {
  const path = write('box.geojson', [
    feature({ '@id': 'way/1', building: 'yes' }),
    feature({ '@id': 'way/2', building: 'yes' }, rectangle(500, 0, 10, 10)),
  ]);
  const found = await read(path, boxOf(rectangle(490, 0, 40, 40)));
  expect(found.map(({ osmId }) => osmId)).toEqual(['way/2']);
});

test('features a line are read line by line', async () => {
  const path = folder.path('lines.geojsonl');
  writeFileSync(path, `\u001E${JSON.stringify(feature({ building: 'yes' }))}\n\n`);
  expect(await read(path)).toHaveLength(1);
});

test.each([
  ['nonsense.geojson', 'no json', 'local_data.not_an_extract'],
  ['other.geojson', '{"type":"Topology"}', 'local_data.not_an_extract'],
  ['nonsense.gpkg', 'no database at all, but long enough to look at', 'local_data.not_an_extract'],
  ['empty.geojson', '{"type":"FeatureCollection","features":[]}', 'local_data.no_buildings'],
])('%s is refused with the reason', async (name, text, kind) => {
  const path = folder.path(name);
  writeFileSync(path, text);
  const { problem, bounds } = await describeLocal(path, { rasters: nodeRasters(false), openDatabase });
  expect(problem?.kind).toBe(kind);
  expect(bounds).toBeNull();
});

test('a file that is gone is told as gone', async () => {
  const tools = { rasters: nodeRasters(false), openDatabase };
  expect((await describeLocal(folder.path('gone.geojson'), tools)).problem?.kind).toBe('local_data.missing');
  expect((await describeLocal(folder.path('gone.gpkg'), tools)).problem?.kind).toBe('local_data.missing');
});

test('polygons with holes, of several parts and with heights come out of a blob', () => {
  const ring = rectangle(0, 0, 20, 20);
  const hole = rectangle(5, 5, 5, 5);
  const other = rectangle(40, 0, 5, 5);
  const encoder = new GeometryEncoder(4326);
  const blob = (geometry: Parameters<GeometryEncoder['encode']>[0]): Uint8Array =>
    encoder.encode(geometry)!.blob;
  const flat = { type: 'MultiPolygon', coordinates: [[ring, hole], [other]] } as const;
  expect(polygonsOfBlob(blob(flat as never))).toEqual(flat.coordinates);
  const deep = { type: 'Polygon', coordinates: [ring.map(([x, y]) => [x, y, 12])] } as const;
  expect(polygonsOfBlob(blob(deep as never))).toEqual([[ring]]);
  const whole = blob(flat as never);
  for (let length = 0; length < whole.length; length += 7) {
    expect(polygonsOfBlob(whole.subarray(0, length))).toEqual([]);
  }
});

test.skipIf(withoutGdal('GeoPackages of ogr2ogr'))(
  'a GeoPackage of ogr2ogr in metres is read, with and without a box',
  async () => {
    const json = write('made.geojson', [
      feature({ osm_way_id: '7', building: 'house' }),
      feature({ osm_way_id: '8', building: 'yes' }, rectangle(300, 40, 12, 9)),
    ]);
    const path = folder.path('made.gpkg');
    gdal('ogr2ogr', '-t_srs', 'EPSG:32636', '-nln', 'multipolygons', '-nlt', 'MULTIPOLYGON', path, json);
    const all = await read(path);
    expect(all.map(({ osmId }) => osmId)).toEqual(['way/7', 'way/8']);
    const [west, south] = all[1]!.rings[0]![0]!;
    const [givenWest, givenSouth] = rectangle(300, 40, 12, 9)[0]!;
    expect(Math.abs(west - givenWest) + Math.abs(south - givenSouth)).toBeLessThan(1e-7);
    const some = await read(path, boxOf(rectangle(290, 30, 40, 40)));
    expect(some.map(({ osmId }) => osmId)).toEqual(['way/8']);
  },
);
