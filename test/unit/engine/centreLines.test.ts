/** Centre lines of roads: drawn masks whose middle is known, and the generator's scenes. */
import { expect, test } from 'vitest';
import { centreLines, type LineFeature } from '../../../main/engine/centreLines/index';
import type { MaskBand } from '../../../main/engine/models/types';

interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** Roads of a width (px) along segments, with round ends. */
function draw(width: number, height: number, segments: readonly Segment[], roadWidth: number): Drawn {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (segments.some((segment) => away(x + 0.5, y + 0.5, segment) < roadWidth / 2))
        pixels[y * width + x] = 1;
    }
  }
  return { width, height, pixels };
}

function away(x: number, y: number, [x0, y0, x1, y1]: Segment): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const share = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, share));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

async function* bandsOf({ width, height, pixels }: Drawn, rows: number): AsyncGenerator<MaskBand> {
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    yield await Promise.resolve({
      y,
      width,
      height: count,
      classes: pixels.subarray(y * width, (y + count) * width),
    });
  }
}

/** Half a metre a pixel, at the equator: a degree is some 111 km. */
const gsd = 0.5;
const perPixel = gsd / 111_320;

async function linesOf(drawn: Drawn, rows = 64): Promise<LineFeature[]> {
  const found: LineFeature[] = [];
  const job = {
    width: drawn.width,
    gsd,
    thing: { value: 1, objectType: 'roads', classId: 'road' },
    least: 1,
    minArea: 60,
    minHole: 20,
    toLonLat: (x: number, y: number): [number, number] => [x * perPixel, -y * perPixel],
  };
  for await (const feature of centreLines(bandsOf(drawn, rows), job)) found.push(feature);
  return found;
}

const pixelsOf = ({ geometry }: LineFeature): [number, number][] =>
  geometry.coordinates.map(([x = 0, y = 0]) => [x / perPixel, -y / perPixel]);

test('one road is one line along its middle, from end to end, with its width and length', async () => {
  const [line, ...others] = await linesOf(draw(300, 120, [[30, 40, 260, 80]], 12));
  expect(others).toEqual([]);
  for (const [x, y] of pixelsOf(line!)) expect(away(x, y, [24, 39, 266, 81])).toBeLessThan(1.5);
  const length = Math.hypot(230, 40) + 12;
  expect(line!.properties.length_m).toBeGreaterThan((length - 5) * gsd);
  expect(line!.properties.length_m).toBeLessThan((length + 2) * gsd);
  expect(line!.properties.width_m).toBeGreaterThan(5.5);
  expect(line!.properties.width_m).toBeLessThan(6.5);
  expect(line!.properties).toMatchObject({ object_type: 'roads', class_id: 'road', shape_type: 'ALONE' });
});

test('roads that cross share one vertex, where they do', async () => {
  const drawn = draw(
    240,
    240,
    [
      [10, 120, 230, 120],
      [120, 10, 120, 230],
    ],
    10,
  );
  const lines = await linesOf(drawn);
  expect(lines).toHaveLength(4);
  const ends = lines.flatMap((line) => [pixelsOf(line)[0]!, pixelsOf(line).at(-1)!]);
  const middle = ends.filter(([x, y]) => Math.hypot(x - 120, y - 120) < 3);
  expect(middle).toHaveLength(4);
  expect(new Set(middle.map(String)).size).toBe(1);
  expect(lines.map(({ properties }) => properties.shape_type)).toEqual(Array(4).fill('DEAD-END'));
});

test('bays and bulges of a road are no side streets; a street longer than the road is wide is one', async () => {
  const road: Segment = [10, 100, 390, 100];
  expect(await linesOf(draw(400, 200, [road, [100, 100, 100, 112], [250, 100, 250, 90]], 14))).toHaveLength(
    1,
  );
  expect(await linesOf(draw(400, 200, [road, [200, 100, 200, 160]], 14))).toHaveLength(3);
});

test('a road whose edges are ragged has an even line, and an elbow stays one', async () => {
  const road = draw(400, 200, [[10, 100, 390, 100]], 14);
  // Cars along both sides in turn: 8 px long, 4 px wide.
  for (let car = 0; car < 36; car++) {
    const [x, y] = [20 + 10 * car, car % 2 === 0 ? 93 : 103];
    for (let row = y; row < y + 4; row++) road.pixels.fill(0, row * 400 + x, row * 400 + x + 8);
  }
  const [line, ...others] = await linesOf(road);
  expect(others).toEqual([]);
  // Unevened the line swings by 2.5 px. Its ends lie where the road ends.
  const middles = pixelsOf(line!).filter(([x]) => x > 30 && x < 370);
  expect(middles.length).toBeGreaterThan(5);
  for (const [, y] of middles) expect(Math.abs(y - 100)).toBeLessThan(1.6);

  const elbow: readonly Segment[] = [
    [50, 150, 50, 50],
    [50, 50, 350, 50],
  ];
  const [bent] = await linesOf(draw(400, 200, elbow, 14));
  for (const [x, y] of pixelsOf(bent!).slice(1, -1))
    expect(Math.min(...elbow.map((leg) => away(x, y, leg)))).toBeLessThan(14 / 4);
});

test('what is shorter than a road as a whole is none', async () => {
  // 25 m and 40 m.
  expect(await linesOf(draw(200, 100, [[20, 50, 56, 50]], 14))).toEqual([]);
  expect(await linesOf(draw(200, 100, [[20, 50, 100, 50]], 14))).toHaveLength(1);
});

test('a gap along the road is bridged, and told of; a longer one is not, nor one between roads side by side', async () => {
  const gap = (metres: number): Drawn =>
    draw(
      500,
      60,
      [
        [20, 30, 180, 30],
        [188 + metres / gsd, 30, 480, 30],
      ],
      8,
    );
  const bridged = await linesOf(gap(12));
  expect(bridged).toHaveLength(1);
  expect(bridged[0]!.properties.bridged_m).toBeGreaterThan(11);
  expect(bridged[0]!.properties.bridged_m).toBeLessThan(14);
  expect(await linesOf(gap(26))).toHaveLength(2);
  const beside = draw(
    300,
    100,
    [
      [20, 30, 200, 30],
      [100, 50, 280, 50],
    ],
    8,
  );
  expect(await linesOf(beside)).toHaveLength(2);
});

test('a small hole does not split a road, a block does', async () => {
  const road = draw(300, 60, [[10, 30, 290, 30]], 14);
  for (let y = 28; y < 32; y++) road.pixels.fill(0, y * 300 + 150, y * 300 + 156);
  expect(await linesOf(road)).toHaveLength(1);
  const ring: Segment[] = [
    [60, 60, 200, 60],
    [200, 60, 200, 160],
    [200, 160, 60, 160],
    [60, 160, 60, 60],
  ];
  const [loop, ...others] = await linesOf(draw(260, 220, ring, 10));
  expect(others).toEqual([]);
  expect(loop!.properties.shape_type).toBe('LOOP');
  expect(pixelsOf(loop!)[0]).toEqual(pixelsOf(loop!).at(-1));
});

test('lines are the same however the mask is cut into bands, over several strips', async () => {
  const segments: Segment[] = [];
  for (let i = 0; i < 14; i++) {
    const turn = (i * 137.5 * Math.PI) / 180;
    const [x, y] = [180 + 120 * Math.cos(turn * 3), 100 + i * 110];
    segments.push([
      x - 170 * Math.cos(turn),
      y - 170 * Math.sin(turn),
      x + 170 * Math.cos(turn),
      y + 170 * Math.sin(turn),
    ]);
  }
  const drawn = draw(360, 1700, segments, 11);
  drawn.pixels.fill(1, 360 * 500, 360 * 600);
  const one = await linesOf(drawn, 1700);
  expect(one.length).toBeGreaterThan(10);
  expect(await linesOf(drawn, 7)).toEqual(one);
  expect(await linesOf(drawn, 613)).toEqual(one);
  // The same picture, strips lying elsewhere on it: only the place of the rows changes.
  const lower: Drawn = { width: 360, height: 2000, pixels: new Uint8Array(360 * 2000) };
  lower.pixels.set(drawn.pixels, 360 * 300);
  const shifted = await linesOf(lower);
  expect(shifted).toHaveLength(one.length);
  shifted.forEach((line, i) => {
    const places = pixelsOf(one[i]!);
    expect(pixelsOf(line)).toHaveLength(places.length);
    // Degrees are rounded to a centimetre.
    pixelsOf(line).forEach(([x, y], at) => {
      expect(Math.hypot(x - places[at]![0], y - 300 - places[at]![1])).toBeLessThan(0.06);
    });
  });
});

test('nothing gives nothing', async () => {
  expect(await linesOf(draw(50, 40, [], 1))).toEqual([]);
});
