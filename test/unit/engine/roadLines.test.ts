/** Centre lines of a whole processing: as true as the generator's own, and whole in every form that leaves the engine. */
import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Feature, FeatureCollection, LineString } from 'geojson';
import MVT from 'ol/format/MVT';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { generateScene } from '../../../build/sample/generate';
import { profileOf } from '../../../main/engine/imagery/profile';
import { nodeRasters, openDatabase, threadTools } from '../../../main/engine/nodeParts';
import { startEngine, type Engine } from '../../../main/engine/server';
import { inProcessRunner } from '../../../main/engine/tasks/inProcess';
import { buildResultIndex, ResultIndex } from '../../../main/engine/tiles/resultIndex';
import { encodeVectorTile } from '../../../main/engine/tiles/vectorTile';
import { GeoPackage, writeGeoPackage } from '../../../main/library/geopackage/index';
import { tileAt } from '../../../shared/geo/tiles';
import { withoutGdal } from '../../support/data';
import { query } from '../../support/ogr';
import { batches } from '../results/support';

const token = 'a-token-of-the-test';
let folder: string;
let engine: Engine;
let lines: Feature<LineString, Record<string, number | string>>[];
let truth: FeatureCollection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'road-lines-'));
  const runner = inProcessRunner(threadTools());
  const dataDir = join(folder, 'data');
  engine = await startEngine({ dataDir, token, openDatabase, rasters: nodeRasters(false), runner });
  const [path, truthPath] = [join(folder, 'scene.tif'), join(folder, 'truth.geojson')];
  // The seed that the rules were chosen by; docs/models.md tells how other seeds fare.
  await generateScene({ path, truthPath, width: 1400, height: 1100, gsd: 0.4, seed: 331 });
  truth = JSON.parse(await readFile(truthPath, 'utf8')) as FeatureCollection;
  lines = (await processed(path)).features as typeof lines;
}, 120_000);
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(engine.port)}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });

async function processed(path: string): Promise<FeatureCollection> {
  const [project] = (await (await ask('/rest/projects')).json()) as { id: string }[];
  const raster = await nodeRasters(false).open(path);
  await raster.close();
  const { footprint } = profileOf(raster.description, path, { maxPixelCount: Infinity });
  const made = await ask('/rest/processings/v2', {
    method: 'POST',
    body: JSON.stringify({
      name: 'roads',
      projectId: project?.id,
      wdName: 'Roads',
      blocks: [{ name: 'CentreLines', enabled: true }],
      geometry: footprint,
      params: { sourceParams: { userDefined: { sourceType: 'LOCAL', url: path } } },
    }),
  });
  expect(made.status, await made.clone().text()).toBe(200);
  const { id } = (await made.json()) as { id: string };
  const status = async (): Promise<string> =>
    ((await (await ask(`/rest/processings/${id}/v2`)).json()) as { status: string }).status;
  await vi.waitFor(async () => expect(await status()).toBe('OK'), { interval: 50, timeout: 90_000 });
  return (await (await ask(`/rest/processings/${id}/result`)).json()) as FeatureCollection;
}

type Places = readonly (readonly [number, number])[];

/** m east and north of the first corner, good to centimetres over a scene. */
function metres(line: LineString): Places {
  const [lon0 = 0, lat0 = 0] = lines[0]!.geometry.coordinates[0]!;
  const perDegree = 111_320;
  return line.coordinates.map(([lon = 0, lat = 0]) => [
    (lon - lon0) * perDegree * Math.cos((lat0 * Math.PI) / 180),
    (lat - lat0) * perDegree,
  ]);
}

/** A place every metre. */
function* along(line: Places): Generator<readonly [number, number]> {
  for (let i = 1; i < line.length; i++) {
    const [[x0, y0], [x1, y1]] = [line[i - 1]!, line[i]!];
    const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0));
    for (let step = 0; step < steps; step++) {
      yield [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
    }
  }
}

/** The share of some lines' length that lies within 2 m of others. */
function shareNear(some: readonly Places[], others: readonly Places[]): number {
  let [near, all] = [0, 0];
  for (const line of some) {
    for (const [x, y] of along(line)) {
      all++;
      if (others.some((other) => isNear(x, y, other))) near++;
    }
  }
  return near / all;
}

function isNear(x: number, y: number, line: Places): boolean {
  return line.some(([x1, y1], i) => {
    if (i === 0) return false;
    const [x0, y0] = line[i - 1]!;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x - x0 - t * dx, y - y0 - t * dy) <= 2;
  });
}

test('of the roads of a scene, four fifths are there, and four fifths of what is there is road', () => {
  const found = lines.map(({ geometry }) => metres(geometry));
  const real = truth.features
    .filter(({ properties }) => properties?.class === 'road_line')
    .map(({ geometry }) => metres(geometry as LineString));
  expect(real.length).toBeGreaterThan(5);
  const [completeness, correctness] = [shareNear(real, found), shareNear(found, real)];
  expect(completeness, `completeness; correctness ${String(correctness)}`).toBeGreaterThanOrEqual(0.8);
  expect(correctness, `correctness; completeness ${String(completeness)}`).toBeGreaterThanOrEqual(0.8);
});

test('lines hang together, and tell their width and length', () => {
  const ends = lines.flatMap(({ geometry: { coordinates } }) => [coordinates[0]!, coordinates.at(-1)!]);
  const places = new Map<string, number>();
  for (const end of ends.map(String)) places.set(end, (places.get(end) ?? 0) + 1);
  expect(Math.max(...places.values())).toBeGreaterThanOrEqual(3);
  for (const { properties } of lines) {
    expect(properties.width_m).toBeGreaterThan(1);
    expect(properties.width_m).toBeLessThan(33);
    expect(properties.length_m).toBeGreaterThan(0);
    expect(properties.object_type).toBe('roads');
  }
  expect(lines.map(({ properties }) => properties.id)).toEqual(lines.map((_, i) => i + 1));
});

test('vector tiles hold them as lines, near and from afar', async () => {
  const [features, target] = [join(folder, 'lines.features'), join(folder, 'lines.index')];
  await writeFile(features, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await buildResultIndex(openDatabase, [features], target);
  const index = new ResultIndex(openDatabase(target));
  try {
    expect(index.bounds().count).toBe(lines.length);
    const [lon = 0, lat = 0] = lines[0]!.geometry.coordinates[0]!;
    for (const z of [14, 17]) {
      const within = index.find(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05, 1e-6);
      expect(within.length).toBeGreaterThan(0.9 * lines.length);
      const bytes = encodeVectorTile(within, tileAt(lon, lat, z));
      const read = new MVT().readFeatures(new Uint8Array(bytes).buffer);
      expect(read.length).toBeGreaterThan(0);
      for (const feature of read) {
        expect(feature.getType()).toMatch(/^(Multi)?LineString$/);
        expect(feature.getProperties().width_m).toBeGreaterThan(0);
      }
    }
  } finally {
    index.close();
  }
});

test('a GeoPackage keeps them, as lines', async () => {
  const path = join(folder, 'roads.gpkg');
  await writeGeoPackage(openDatabase, {
    path,
    layerName: 'result',
    features: batches(lines),
    styleName: 'roads',
    metadata: { processingId: 'p-1', model: 'Roads' },
  });
  const kept = openDatabase(path);
  const [row] = kept
    .prepare<[], { type: string }>("SELECT type FROM pragma_table_info('result') WHERE name = 'geom'")
    .all();
  kept.close();
  expect(row?.type).toBe('LINESTRING');
  const copy = new GeoPackage(openDatabase, path);
  const out = join(folder, 'exported.geojson');
  await copy.exportGeoJson(out);
  copy.close();
  const { features } = JSON.parse(await readFile(out, 'utf8')) as FeatureCollection;
  expect(features.map(({ geometry }) => geometry)).toEqual(lines.map(({ geometry }) => geometry));
});

test.skipIf(withoutGdal('roads as lines'))(
  'GDAL opens what is exported, as lines of the length that they say',
  async () => {
    const path = join(folder, 'roads.geojson');
    await writeFile(path, JSON.stringify({ type: 'FeatureCollection', features: lines }));
    const told = lines.reduce((sum, { properties }) => sum + Number(properties.length_m), 0);
    for (const [file, layer, geometry] of [
      [path, 'roads', 'geometry'],
      [join(folder, 'roads.gpkg'), 'result', 'geom'],
    ] as const) {
      const isLine = `GeometryType(${geometry}) = 'LINESTRING' and ST_IsSimple(${geometry})`;
      expect(query(file, `select count(*) as n from ${layer} where ${isLine}`)).toBe(lines.length);
      const measured = query(
        file,
        `select sum(ST_Length(ST_Transform(${geometry}, 32633))) as n from ${layer}`,
      );
      expect(Math.abs(measured - told)).toBeLessThan(0.002 * told);
    }
  },
);
