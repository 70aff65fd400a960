import { expect, test } from 'vitest';
import type { MaskBand } from '../../../main/engine/models/types';
import { mainAxis, overlap, rightAngled } from '../../../main/engine/vectorize/rightAngles';
import { vectorize, type ResultFeature } from '../../../main/engine/vectorize/index';
import { MaskTracer, type TracedPolygon } from '../../../main/engine/vectorize/trace';
import { bandsOf, blobs, jobFor } from './masks';

/** The outline of the pixels for which `inside` says so, at their centres. */
function traced(size: number, inside: (x: number, y: number) => boolean): TracedPolygon {
  const classes = Uint8Array.from({ length: size * size }, (_, i) =>
    inside((i % size) + 0.5, Math.floor(i / size) + 0.5) ? 1 : 0,
  );
  const band: MaskBand = { y: 0, width: size, height: size, classes };
  const tracer = new MaskTracer(size, { minPixels: 1, minHolePixels: 1 });
  return [...tracer.push(band), ...tracer.finish()].sort(
    (a, b) => b.exterior.corners.length - a.exterior.corners.length,
  )[0]!;
}

/** Coordinates along axes turned by `angle` about (40, 40). */
function turned(angle: number): (x: number, y: number) => [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => [(x - 40) * cos + (y - 40) * sin, -(x - 40) * sin + (y - 40) * cos];
}

function angles(corners: Float64Array): number[] {
  const count = corners.length / 2;
  return Array.from({ length: count }, (_, i) => {
    const at = (k: number): [number, number] => [
      corners[2 * ((i + k + count) % count)]!,
      corners[2 * ((i + k + count) % count) + 1]!,
    ];
    const [before, here, after] = [at(-1), at(0), at(1)];
    const one = Math.atan2(here[1] - before[1], here[0] - before[0]);
    const two = Math.atan2(after[1] - here[1], after[0] - here[0]);
    return Math.abs(Math.cos(two - one));
  });
}

test.each([0, 0.2, 0.5, 0.79, 1.2])(
  'a house turned by %f becomes a rectangle along its own axes',
  (angle) => {
    const at = turned(angle);
    const house = traced(80, (x, y) => {
      const [u, v] = at(x, y);
      return Math.abs(u) < 22 && Math.abs(v) < 12;
    });
    const right = rightAngled(house.exterior, { shortest: 3, farthest: 5 })!;
    expect(right.corners).toHaveLength(8);
    expect(right.agreement).toBeGreaterThan(0.93);
    for (const cosine of angles(right.corners)) expect(cosine).toBeLessThan(1e-6);
    const quarter = Math.PI / 2;
    const off = ((((mainAxis(right.corners).angle - angle) % quarter) + quarter) % quarter) / quarter;
    expect(Math.min(off, 1 - off)).toBeLessThan(0.03);
  },
);

test('an L keeps its six corners, and a bump narrower than a wall is taken out', () => {
  const at = turned(0.3);
  const house = traced(80, (x, y) => {
    const [u, v] = at(x, y);
    const bump = Math.abs(u) < 1 && v > -22 && v < 0;
    return bump || (Math.abs(u) < 20 && Math.abs(v) < 20 && !(u > 2 && v > 2));
  });
  const right = rightAngled(house.exterior, { shortest: 4, farthest: 5 })!;
  expect(right.corners).toHaveLength(12);
  expect(right.agreement).toBeGreaterThan(0.9);
});

test('a round tank has no right angles', () => {
  const tank = traced(80, (x, y) => Math.hypot(x - 40, y - 40) < 25);
  expect(rightAngled(tank.exterior, { shortest: 3, farthest: 5 })).toBeNull();
});

test('a triangle is not forced into a rectangle', () => {
  const roof = traced(80, (x, y) => y > 10 && y < 60 && Math.abs(x - 40) < (y - 10) * 0.6);
  expect(rightAngled(roof.exterior, { shortest: 3, farthest: 5 })).toBeNull();
});

test('a house with a corner cut off slantwise, as by the edge of the picture, is not squared beyond what was found', () => {
  const house = traced(80, (x, y) => Math.abs(x - 40) < 22 && Math.abs(y - 40) < 22 && x + y < 110);
  expect(rightAngled(house.exterior, { shortest: 3, farthest: Infinity })).not.toBeNull();
  expect(rightAngled(house.exterior, { shortest: 3, farthest: 5 })).toBeNull();
});

test('the overlap of outlines is that of their areas', () => {
  const box = (x: number, y: number, w: number, h: number): Float64Array =>
    Float64Array.from([x, y, x + w, y, x + w, y + h, x, y + h]);
  expect(overlap(box(0, 0, 10, 10), box(0, 0, 10, 10))).toBeCloseTo(1, 6);
  expect(overlap(box(0, 0, 10, 10), box(5, 0, 10, 10))).toBeCloseTo(50 / 150, 6);
  expect(overlap(box(0, 0, 10, 10), box(20, 0, 10, 10))).toBe(0);
});

test('where right angles are not supported the outline is only less wobbly, and says what it is', async () => {
  const mask = blobs(120, 120, 7);
  const collect = async (rightAngles: boolean): Promise<ResultFeature[]> => {
    const job = { ...jobFor(mask, { tolerance: 0.5, minArea: 20 }), rightAngles };
    const features: ResultFeature[] = [];
    for await (const feature of vectorize(bandsOf(mask), job)) features.push(feature);
    return features;
  };
  const [plain, asked] = [await collect(false), await collect(true)];
  const complex = asked.filter(({ properties }) => properties.shape_type === 'COMPLEX');
  expect(complex.length).toBeGreaterThan(0);
  expect(asked).toHaveLength(plain.length);
  const corners = (features: readonly ResultFeature[]): number =>
    features.reduce((sum, { geometry }) => sum + geometry.coordinates.flat().length, 0);
  expect(corners(asked)).toBeLessThan(corners(plain));
});
