import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ringsAreValid } from '../../../main/engine/vectorize/validity';
import { withoutGdal } from '../../support/data';
import { inspect } from '../../support/ogr';
import { randomFrom } from './masks';

const folder = mkdtempSync(join(tmpdir(), 'validity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ring = (...points: number[]): Float64Array => Float64Array.from(points);
const square = ring(0, 0, 10, 0, 10, 10, 0, 10);

test('simple rings are valid, apart or touching at a corner of both', () => {
  expect(ringsAreValid([square])).toBe(true);
  expect(ringsAreValid([square, ring(2, 2, 2, 4, 4, 4, 4, 2)])).toBe(true);
  expect(ringsAreValid([square, ring(0, 0, 2, 4, 4, 2)])).toBe(true);
  expect(ringsAreValid([square, ring(2, 2, 2, 4, 4, 4), ring(4, 4, 6, 8, 8, 6)])).toBe(true);
});

test('rings that cross, overlap, fold back or have no area are not', () => {
  expect(ringsAreValid([ring(0, 0, 10, 10, 10, 0, 0, 10)])).toBe(false);
  expect(ringsAreValid([ring(0, 0, 10, 0, 5, 0, 5, 5)])).toBe(false);
  expect(ringsAreValid([ring(0, 0, 10, 0)])).toBe(false);
  expect(ringsAreValid([ring(0, 0, 0, 0, 5, 5)])).toBe(false);
  expect(ringsAreValid([ring(0, 0, 10, 0, 10, 5, 5, 0, 0, 5)])).toBe(false);
  expect(ringsAreValid([square, ring(5, 5, 15, 5, 15, 7)])).toBe(false);
  expect(ringsAreValid([square, ring(0, 2, 0, 8, 5, 5)])).toBe(false);
  expect(ringsAreValid([square, ring(10, 10, 15, 12, 12, 15)])).toBe(true);
  expect(ringsAreValid([square, ring(10, 10, 5, 8, 12, 12)])).toBe(false);
});

test.skipIf(withoutGdal('validity against GEOS'))('what is called valid GEOS calls valid too', () => {
  const random = randomFrom(21);
  const features: string[] = [];
  for (let i = 0; i < 4000; i++) {
    const count = 3 + Math.floor(random() * (i % 10 === 0 ? 60 : 5));
    const side = count > 8 ? 4000 : 8;
    const points = Array.from({ length: count }, (_, n) => {
      const angle = (n / count) * 2 * Math.PI;
      const reach = count > 8 ? 0.4 + 0.1 * random() : random();
      const wander = count > 8 ? 0.02 : 1;
      return [
        Math.round(side * (reach * Math.cos(angle) + wander * (random() - 0.5))),
        Math.round(side * (reach * Math.sin(angle) + wander * (random() - 0.5))),
      ];
    });
    if (!ringsAreValid([Float64Array.from(points.flat())])) continue;
    features.push(
      `{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[${JSON.stringify([...points, points[0]])}]}}`,
    );
  }
  expect(features.length).toBeGreaterThan(500);
  const path = join(folder, 'random.geojson');
  writeFileSync(path, `{"type":"FeatureCollection","features":[${features.join(',')}]}`);
  expect(inspect(path)).toEqual({ features: features.length, invalid: 0 });
});
