import MVT from 'ol/format/MVT.js';
import RenderFeature from 'ol/render/Feature.js';
import { afterAll, expect, test } from 'vitest';
import { GeoPackage, writeGeoPackage, type AnyFeature } from '../../../main/library/geopackage/index';
import { Coverage } from '../../../main/library/geopackage/tiles/coverage';
import { batches, feature, openDatabase, rectangle, town, workFolder } from './support';

const folder = workFolder();
afterAll(() => folder.remove());

interface Drawn {
  readonly id: unknown;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  /** Rings or lines in tile units, exteriors and holes alike. */
  readonly lines: number[][];
}

/** Decodes a tile with the window's own decoder. */
function decode(tile: Uint8Array | null): Drawn[] {
  if (!tile) return [];
  const features = new MVT({ featureClass: RenderFeature }).readFeatures(tile.slice().buffer);
  return features.map((drawn) => {
    const flat = drawn.getFlatCoordinates();
    const ends = drawn.getEnds() ?? [];
    const lines: number[][] = [];
    let from = 0;
    for (const end of ends.length > 0 ? ends.flat() : [flat.length]) {
      lines.push(flat.slice(from, end));
      from = end;
    }
    return { id: drawn.getId(), type: drawn.getType(), properties: drawn.getProperties(), lines };
  });
}

async function open(name: string, features: readonly AnyFeature[]): Promise<GeoPackage> {
  const path = folder.path(name);
  await writeGeoPackage(openDatabase, {
    path,
    layerName: 'result',
    features: batches(features),
    styleName: 'buildings',
    metadata: {},
  });
  return new GeoPackage(openDatabase, path);
}

function tileAt(z: number, lon: number, lat: number): { z: number; x: number; y: number } {
  const sine = Math.sin((lat * Math.PI) / 180);
  const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return { z, x: Math.floor((lon / 360 + 0.5) * 2 ** z), y: Math.floor(y * 2 ** z) };
}

/** Tile units of a place, in the tile's own frame. */
function unitsAt(
  { z, x, y }: { z: number; x: number; y: number },
  lon: number,
  lat: number,
): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  const v = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return [((lon / 360 + 0.5) * 2 ** z - x) * 4096, (v * 2 ** z - y) * 4096];
}

function contains(lines: readonly number[][], x: number, y: number): boolean {
  let inside = false;
  for (const line of lines) {
    for (let i = 0, j = line.length - 2; i < line.length; j = i, i += 2) {
      const [x1, y1, x2, y2] = [line[i]!, line[i + 1]!, line[j]!, line[j + 1]!];
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
    }
  }
  return inside;
}

const signedArea = (ring: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length;
    sum += ring[i]! * ring[next + 1]! - ring[next]! * ring[i + 1]!;
  }
  return sum / 2;
};

test('near, every roof is drawn as it is, with its id and class', async () => {
  const features = town(4);
  const result = await open('near.gpkg', features);
  const address = tileAt(18, 85.50025, 27.60025);
  const drawn = decode(result.tile(address));
  expect(drawn.length).toBeGreaterThan(0);
  for (const roof of drawn) {
    const source = features[Number(roof.id) - 1]!;
    expect(roof.properties).toEqual({
      layer: 'vector_layer',
      object_type: 'buildings',
      class_id: source.properties!['class_id'],
    });
    const [ring] = (source.geometry as unknown as { coordinates: number[][][] }).coordinates;
    const corners = ring!.slice(0, -1).map(([lon, lat]) => unitsAt(address, lon!, lat!));
    if (corners.some((corner) => corner.some((value) => value < -60 || value > 4150))) continue;
    expect(roof.lines).toHaveLength(1);
    for (const [x, y] of corners) {
      const distances = [];
      for (let i = 0; i < roof.lines[0]!.length; i += 2) {
        distances.push(Math.hypot(roof.lines[0]![i]! - x, roof.lines[0]![i + 1]! - y));
      }
      expect(Math.min(...distances)).toBeLessThan(1);
    }
  }
  result.close();
});

test('zoomed out, no roof is dropped: each one lies on a covered pixel of its class', async () => {
  const features = town(60);
  const result = await open('far.gpkg', features);
  for (const z of [0, 6, 10, 12, 14, 15]) {
    const tiles = new Map<string, Drawn[]>();
    for (const one of features.filter((_, i) => i % 37 === 0)) {
      const [lon, lat] = (one.geometry as unknown as { coordinates: number[][][] }).coordinates[0]![0]!;
      const [x, y] = [lon! + 2.5e-5, lat! + 2.5e-5];
      const address = tileAt(z, x, y);
      const key = JSON.stringify(address);
      const drawn = tiles.get(key) ?? decode(result.tile(address));
      tiles.set(key, drawn);
      const [u, v] = unitsAt(address, x, y);
      const near = [-8, 0, 8].flatMap((dx) => [-8, 0, 8].map((dy) => [u + dx, v + dy] as const));
      const shown = drawn.some(
        (shape) =>
          shape.properties['class_id'] === one.properties!['class_id'] &&
          near.some(([px, py]) => contains(shape.lines, px, py)),
      );
      expect(shown, `z ${z}`).toBe(true);
    }
  }
  result.close();
});

test('exteriors and holes turn as the format wants, wherever they are cut', async () => {
  const ring = rectangle(10, 50, 4, 4) as { type: 'Polygon'; coordinates: number[][][] };
  ring.coordinates.push([...(rectangle(11, 51, 2, 2) as typeof ring).coordinates[0]!].reverse());
  const reversed = { ...ring, coordinates: ring.coordinates.map((line) => [...line].reverse()) };
  for (const [name, geometry] of [
    ['right', ring],
    ['reversed', reversed],
  ] as const) {
    const result = await open(`${name}.gpkg`, [feature(geometry, { class_id: 1 })]);
    for (const z of [4, 6, 8]) {
      const address = tileAt(z, 11.01, 51.01);
      const [shape] = decode(result.tile(address));
      const areas = shape!.lines.map(signedArea);
      expect(areas[0]).toBeGreaterThan(0);
      expect(areas.slice(1).every((area) => area < 0)).toBe(true);
      for (const line of shape!.lines) {
        expect(Math.min(...line)).toBeGreaterThanOrEqual(-64);
        expect(Math.max(...line)).toBeLessThanOrEqual(4096 + 64);
      }
      const [x, y] = unitsAt(address, 11.5, 51.5);
      const insideFrame = x > 0 && x < 4096 && y > 0 && y < 4096;
      if (insideFrame) expect(contains(shape!.lines, x, y)).toBe(false);
    }
    result.close();
  }
});

test('a tile inside a polygon is full, one beside it is nothing', async () => {
  const result = await open('field.gpkg', [feature(rectangle(10, 50, 1, 1))]);
  const [shape] = decode(result.tile(tileAt(14, 10.5, 50.5)));
  expect(Math.abs(signedArea(shape!.lines[0]!))).toBe((4096 + 128) ** 2);
  expect(result.tile(tileAt(14, 12, 50.5))).toBeNull();
  expect(result.tile(tileAt(14, -170, -50))).toBeNull();
  result.close();
});

test('slivers, lines and points show at every zoom', async () => {
  const sliver = rectangle(10, 50, 0.05, 1e-7);
  const cases: readonly [string, AnyFeature['geometry'], string][] = [
    ['sliver', sliver, 'Polygon'],
    ['line', { type: 'LineString', coordinates: [[10, 50], [10.05, 50.01]] }, 'LineString'], // prettier-ignore
    ['point', { type: 'Point', coordinates: [10, 50] }, 'Point'],
  ];
  for (const [name, geometry, type] of cases) {
    const result = await open(`${name}.gpkg`, [feature(geometry)]);
    for (const z of [0, 5, 10, 13, 17]) {
      const drawn = decode(result.tile(tileAt(z, 10.00001, 50.000001)));
      expect(drawn.length, `${name} at ${z}`).toBeGreaterThan(0);
      expect(drawn[0]!.type.replace('Multi', '')).toBe(type);
    }
    result.close();
  }
});

test('covered pixels become few rectangles that cover just them', () => {
  const coverage = new Coverage(64);
  const wanted = new Uint8Array(64 * 64);
  let state = 5;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let n = 0; n < 300; n++) {
    const [x, y] = [Math.floor(random() * 64), Math.floor(random() * 64)];
    coverage.add(x + 0.3, y + 0.4, x + 0.6, y + 0.45);
    wanted[y * 64 + x] = 1;
  }
  coverage.add(10, 20, 30, 40);
  for (let y = 20; y < 40; y++) wanted.fill(1, y * 64 + 10, y * 64 + 30);
  coverage.add(-5, -5, -4.9, -4.9);
  coverage.add(70, 3, 71, 4);
  const covered = new Uint8Array(64 * 64);
  const rectangles = coverage.rectangles();
  for (const [left, top, right, bottom] of rectangles) {
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) covered[y * 64 + x]! += 1;
    }
  }
  expect([...covered]).toEqual([...wanted]);
  expect(rectangles.length).toBeLessThan(320);
});
