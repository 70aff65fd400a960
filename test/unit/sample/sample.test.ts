import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureCollection, Polygon } from 'geojson';
import proj4 from 'proj4';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScene, type GeneratedScene } from '../../../build/sample/generate';
import { capsule, corners, rectanglesMeet, type Rectangle } from '../../../build/sample/geometry';
import { Scene, TileRenderer } from '../../../build/sample/render';
import { utmDefinition } from '../../../build/sample/truth';
import { withoutGdal } from '../../support/data';

const SIZE = 1024;
const GSD = 0.3;
const ORIGIN = { x: 456_000, y: 5_428_000 };
const folder = mkdtempSync(join(tmpdir(), 'sample-'));
const path = join(folder, 'scene.tif');
const truthPath = join(folder, 'scene.geojson');
let made: GeneratedScene;
let truth: FeatureCollection<Polygon, { class: string; kind?: string; cut?: number }>;
/** SIZE × SIZE pixels of red, green, blue. */
let pixels: Uint8Array;

beforeAll(async () => {
  made = await generateScene({ path, truthPath, width: SIZE, height: SIZE, seed: 4, compression: 'none' });
  truth = JSON.parse(readFileSync(truthPath, 'utf8')) as typeof truth;
  pixels = new Uint8Array(SIZE * SIZE * 3);
  new TileRenderer(new Scene(4), SIZE, GSD).render(0, 0, pixels);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('equal seeds give equal files, other seeds others', async () => {
  const digest = async (seed: number): Promise<string> => {
    const again = join(folder, 'again.tif');
    const truthAgain = join(folder, 'again.geojson');
    await generateScene({ path: again, truthPath: truthAgain, width: 600, height: 300, seed });
    return createHash('sha1').update(readFileSync(again)).update(readFileSync(truthAgain)).digest('hex');
  };
  const first = await digest(4);
  expect(await digest(4)).toBe(first);
  expect(await digest(5)).not.toBe(first);
});

test('a pixel is the same in whichever tile it is drawn', () => {
  const scene = new Scene(4);
  const small = new TileRenderer(scene, 128, GSD);
  const tile = new Uint8Array(128 * 128 * 3);
  for (const [x, y] of [
    [0, 0],
    [384, 256],
    [77, 641],
    [896, 896],
  ] as const) {
    small.render(x, y, tile);
    for (let row = 0; row < 128; row++) {
      const from = ((y + row) * SIZE + x) * 3;
      expect(
        Buffer.from(tile.subarray(row * 384, (row + 1) * 384)).equals(pixels.subarray(from, from + 384)),
      ).toBe(true);
    }
  }
});

test('the truth counts what it holds and holds a bit of everything', () => {
  const counts: Record<string, number> = {};
  for (const { properties } of truth.features) counts[properties.class] = (counts[properties.class] ?? 0) + 1;
  expect(made.truth).toEqual(counts);
  expect(counts.building).toBeGreaterThan(20);
  expect(counts.tree).toBeGreaterThan(100);
  expect(counts.road).toBeGreaterThan(5);
  expect(counts.forest).toBeGreaterThan(0);
});

test('every outline is closed and lies in the picture', () => {
  const corner = (x: number, y: number) =>
    proj4(utmDefinition(32633), 'EPSG:4326', [ORIGIN.x + x * GSD, ORIGIN.y - y * GSD]);
  const [west, north] = corner(-1, -20);
  const [east, south] = corner(SIZE + 1, SIZE + 20);
  for (const { geometry } of truth.features.filter((feature) => feature.geometry.type === 'Polygon')) {
    const ring = geometry.coordinates[0]!;
    expect(ring.length).toBeGreaterThan(3);
    expect(ring[0]).toEqual(ring[ring.length - 1]);
    for (const [longitude, latitude] of ring) {
      expect(longitude).toBeGreaterThanOrEqual(west!);
      expect(longitude).toBeLessThanOrEqual(east!);
      expect(latitude).toBeGreaterThanOrEqual(south!);
      expect(latitude).toBeLessThanOrEqual(north!);
    }
  }
});

/** Mean share of green over red and blue, (2g - r - b) / (r + g + b), of the pixels of a class. */
function greenness(kind: string): number {
  const inverse = proj4('EPSG:4326', utmDefinition(32633));
  let [sum, count] = [0, 0];
  for (const { geometry } of truth.features.filter(({ properties }) => properties.class === kind)) {
    const ring = geometry.coordinates[0]!.map((position) => {
      const [x, y] = inverse.forward(position as [number, number]);
      return [(x - ORIGIN.x) / GSD, (ORIGIN.y - y) / GSD] as const;
    });
    const [left, right] = [Math.min(...ring.map((p) => p[0])), Math.max(...ring.map((p) => p[0]))];
    const [top, bottom] = [Math.min(...ring.map((p) => p[1])), Math.max(...ring.map((p) => p[1]))];
    for (let y = Math.ceil(top) + 1; y < Math.min(bottom - 1, SIZE); y++) {
      for (let x = Math.ceil(left) + 1; x < Math.min(right - 1, SIZE); x++) {
        if (x < 0 || y < 0 || !isInside(ring, x + 0.5, y + 0.5)) continue;
        const at = (y * SIZE + x) * 3;
        const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
        sum += (2 * g - r - b) / (r + g + b);
        count++;
      }
    }
  }
  return sum / count;
}

function isInside(ring: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  ring.forEach(([ax, ay], index) => {
    const [bx, by] = ring[(index + 1) % ring.length]!;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  });
  return inside;
}

test('the pixels within the outlines have the colours of what the outlines name', () => {
  expect(greenness('building')).toBeLessThan(0.01);
  expect(greenness('road')).toBeLessThan(0.05);
  expect(greenness('tree')).toBeGreaterThan(0.18);
  expect(greenness('forest')).toBeGreaterThan(0.18);
});

test('a vegetation index tells trees from lawns and fields', () => {
  const scene = new Scene(4);
  const open = [...scene.cells.within({ left: 0, top: 0, right: SIZE * GSD, bottom: SIZE * GSD })];
  expect(open.some((cell) => cell.use === 'field' || cell.use === 'meadow' || cell.use === 'homes')).toBe(
    true,
  );
  let [sum, count] = [0, 0];
  for (let at = 0; at < pixels.length; at += 3) {
    const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const isBright = r + g + b > 330;
    if (!isBright || g <= r || g <= b) continue; // lit grass and crops, not crowns, roofs or shade
    sum += (2 * g - r - b) / (r + g + b);
    count++;
  }
  expect(count).toBeGreaterThan(SIZE * SIZE * 0.1);
  expect(greenness('tree') - sum / count).toBeGreaterThan(0.08);
});

test('buildings stand apart from each other and from roads, and crowns clear of buildings', () => {
  const scene = new Scene(9);
  const cells = [...scene.cells.within({ left: 0, top: 0, right: 900, bottom: 900 })];
  const wings = cells.flatMap((cell) => cell.buildings.flatMap((building) => building.wings));
  expect(wings.length).toBeGreaterThan(100);
  const ways = cells.flatMap((cell) => cell.ways).filter((way) => way.kind !== 'none');
  for (const way of ways) {
    const length = Math.hypot(way.to.x - way.from.x, way.to.y - way.from.y);
    const strip: Rectangle = {
      centre: { x: (way.from.x + way.to.x) / 2, y: (way.from.y + way.to.y) / 2 },
      along: { x: (way.to.x - way.from.x) / length, y: (way.to.y - way.from.y) / length },
      halfLength: length / 2 + way.halfWidth,
      halfWidth: way.halfWidth,
    };
    for (const wing of wings) expect(rectanglesMeet(strip, wing, 0)).toBe(false);
  }
  for (const cell of cells) {
    cell.buildings.forEach((building, index) => {
      for (const other of cell.buildings.slice(index + 1)) {
        for (const a of building.wings)
          for (const b of other.wings) expect(rectanglesMeet(a, b, 0)).toBe(false);
      }
      for (const { centre, radius } of cell.trees) {
        const crown: Rectangle = {
          centre,
          along: { x: 1, y: 0 },
          halfLength: radius * 0.7,
          halfWidth: radius * 0.7,
        };
        for (const wing of building.wings) expect(rectanglesMeet(crown, wing, 0)).toBe(false);
      }
    });
  }
});

test('a band with round ends holds its middle line', () => {
  const ring = capsule({ x: 0, y: 0 }, { x: 10, y: 0 }, 2).map(({ x, y }) => [x, y] as const);
  expect(isInside(ring, -1.9, 0)).toBe(true);
  expect(isInside(ring, 11.9, 0)).toBe(true);
  expect(isInside(ring, 5, 1.99)).toBe(true);
  expect(isInside(ring, 5, 2.01)).toBe(false);
  expect(corners({ centre: { x: 0, y: 0 }, along: { x: 0, y: 1 }, halfLength: 3, halfWidth: 1 })[0]!.y).toBe(
    -3,
  );
});

test('memory does not grow with the picture', async () => {
  const used: number[] = [];
  await generateScene({
    path: join(folder, 'long.tif'),
    width: 256,
    height: 24_000,
    tileSize: 256,
    compression: 'none',
    onProgress: ({ tiles }) => {
      if (tiles % 20 === 0) used.push(process.memoryUsage().arrayBuffers);
    },
  });
  // The whole picture has 18 MB; what is held at any time stays far below.
  expect(Math.max(...used.slice(2)) - used[1]!).toBeLessThan(8_000_000);
});

test('a zone that is no UTM zone is refused', async () => {
  const attempt = generateScene({ path: join(folder, 'x.tif'), width: 16, height: 16, epsg: 3857 });
  await expect(attempt).rejects.toThrow('EPSG:3857');
});

test.skipIf(withoutGdal('reading the sample with GDAL'))('GDAL reads it without a warning', () => {
  const info = spawnSync('gdalinfo', ['-json', '-checksum', path], { encoding: 'utf8' });
  expect(info.stderr).toBe('');
  const found = JSON.parse(info.stdout) as {
    size: number[];
    geoTransform: number[];
    coordinateSystem: { wkt: string };
    metadata: Record<string, Record<string, string>>;
  };
  expect(found.size).toEqual([SIZE, SIZE]);
  expect(found.geoTransform).toEqual([ORIGIN.x, GSD, 0, ORIGIN.y, 0, -GSD]);
  expect(found.coordinateSystem.wkt).toContain('ID["EPSG",32633]]');
  expect(found.metadata['']!.SYNTHETIC).toBe('YES');
  expect(found.metadata['']!.TIFFTAG_IMAGEDESCRIPTION).toContain('synthetic sample scene, seed 4');
  const truthInfo = spawnSync('ogrinfo', ['-ro', '-al', '-so', truthPath], { encoding: 'utf8' });
  expect(truthInfo.stderr).toBe('');
  expect(truthInfo.stdout).toContain(`Feature Count: ${truth.features.length}`);
});
