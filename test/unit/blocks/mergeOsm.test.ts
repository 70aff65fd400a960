import { expect, test } from 'vitest';
import fc from 'fast-check';
import { intersection, type Geom } from 'polyclip-ts';
import type { Geometry } from '@shared/api';
import { mergeOsm } from '../../../main/engine/blocks/mergeOsm';
import type { OsmBuilding } from '../../../main/engine/localData/extract';
import type { ResultFeature } from '../../../main/engine/vectorize';
import { house, rectangle, ringArea, type Ring } from './shapes';

const within: Geometry = { type: 'Polygon', coordinates: [rectangle(-50, -50, 300, 300)] };

function mapped(ring: Ring, osmId: string, more: Partial<OsmBuilding> = {}): OsmBuilding {
  return { osmId, building: 'yes', name: '', height: null, rings: [ring], ...more };
}

const merge = (detected: readonly ResultFeature[], buildings: readonly OsmBuilding[]): ResultFeature[] =>
  mergeOsm(detected, buildings, { within, ringArea, objectType: 'building' });

const told = (features: readonly ResultFeature[]): unknown[] =>
  features.map(({ properties }) => [properties.osm_match, properties.osm_id]);

test('a building that both have takes the mapped outline and tags, and keeps how sure the model is', () => {
  const outline = rectangle(0, 0, 20, 10);
  const [only, none] = merge(
    [house(rectangle(1, 0.5, 19, 10), 0.73)],
    [mapped(outline, 'way/1', { building: 'house', name: 'No 4', height: 6 })],
  );
  expect(none).toBeUndefined();
  expect(only!.geometry.coordinates[0]).toEqual(outline);
  expect(only!.properties).toMatchObject({
    osm_match: 'matched',
    osm_id: 'way/1',
    osm_building: 'house',
    osm_name: 'No 4',
    building_height: 6,
    class_id: '102',
    confidence: 0.73,
  });
  expect(only!.properties.area).toBeCloseTo(200, 0);
});

test('what only one of them has is kept and marked', () => {
  const result = merge([house(rectangle(0, 0, 10, 10))], [mapped(rectangle(100, 0, 10, 10), 'way/2')]);
  expect(told(result)).toEqual([
    ['detected_only', undefined],
    ['osm_only', 'way/2'],
  ]);
  expect(result[1]!.properties).not.toHaveProperty('confidence');
});

test('a row of houses that was found as one becomes the mapped houses', () => {
  const row = [0, 1, 2, 3].map((i) => mapped(rectangle(8 * i, 0, 8, 12), `way/${i}`));
  const result = merge([house(rectangle(0.3, 0.3, 31.6, 11.6))], row);
  expect(told(result)).toEqual([0, 1, 2, 3].map((i) => ['matched', `way/${i}`]));
});

test('parts of one mapped building become that building, with their mean confidence', () => {
  const parts = [house(rectangle(0, 0, 10, 12), 0.9), house(rectangle(10.5, 0, 19.5, 12), 0.6)];
  const result = merge(parts, [mapped(rectangle(0, 0, 30, 12), 'relation/9')]);
  expect(told(result)).toEqual([['matched', 'relation/9']]);
  expect(result[0]!.properties.confidence).toBeCloseTo((0.9 * 10 + 0.6 * 19.5) / 29.5, 2);
});

test('a small mapped shed within a large detection is no match; what is left of the detection stays beside it', () => {
  const result = merge([house(rectangle(0, 0, 40, 30))], [mapped(rectangle(35, 0, 8, 8), 'way/3')]);
  expect(told(result)).toEqual([
    ['osm_only', 'way/3'],
    ['detected_only', undefined],
  ]);
  expect(result[1]!.properties.area).toBeCloseTo(40 * 30 - 5 * 8, 0);
});

test('mapped buildings end at the border of the area, as detected ones do', () => {
  const result = merge([house(rectangle(240, 0, 10, 10))], [mapped(rectangle(240, 0, 20, 10), 'way/4')]);
  expect(told(result)).toEqual([['matched', 'way/4']]);
  expect(result[0]!.properties.area).toBeCloseTo(100, 0);
});

test('a building that two extracts have is there once', () => {
  const twice = mapped(rectangle(0, 0, 10, 10), 'way/5');
  expect(merge([], [twice, { ...twice }])).toHaveLength(1);
});

test('whatever is merged, nothing that was detected overlaps what is mapped', () => {
  const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
  const ring = fc
    .tuple(number(0, 60), number(0, 60), number(4, 25), number(4, 25))
    .map(([x, y, width, height]) => rectangle(x, y, width, height));
  fc.assert(
    fc.property(fc.array(ring, { maxLength: 6 }), fc.array(ring, { maxLength: 4 }), (found, known) => {
      const result = merge(
        found.map((outline) => house(outline)),
        known.map((outline, i) => mapped(outline, `way/${i}`)),
      );
      const ofMaps = result.filter(({ properties }) => properties.osm_match !== 'detected_only');
      expect(new Set(ofMaps.map(({ properties }) => properties.osm_id)).size).toBe(known.length);
      for (const one of result) {
        if (one.properties.osm_match !== 'detected_only') continue;
        for (const other of ofMaps) {
          const shared = intersection(one.geometry.coordinates as Geom, other.geometry.coordinates as Geom);
          const area = shared.reduce((sum, [outer = []]) => sum + ringArea(outer), 0);
          expect(area).toBeLessThan(0.01);
        }
      }
    }),
    { numRuns: 40 },
  );
});
