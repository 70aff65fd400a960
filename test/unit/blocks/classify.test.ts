import { expect, test } from 'vitest';
import fc from 'fast-check';
import { classify, classOfTag } from '../../../main/engine/blocks/classify';
import { measureAll, smallestRectangle } from '../../../main/engine/blocks/measures';
import { place, rectangle, type Ring } from './shapes';

/** The classes of footprints that stand together. */
function classesOf(rings: readonly Ring[], heights: readonly (number | undefined)[] = []): string[] {
  const footprints = rings.map((ring, i) => ({
    rings: [ring],
    ...(heights[i] === undefined ? {} : { height: heights[i] }),
  }));
  return measureAll(footprints).map((measures) => classify(measures).classId);
}

/** Rows of houses of 9 by 11 m. */
const suburb = Array.from({ length: 12 }, (_, i) => rectangle(24 * (i % 4), 28 * Math.floor(i / 4), 9, 11));

test('houses in a suburb are houses', () => {
  expect(classesOf(suburb)).toEqual(Array.from({ length: 12 }, () => '102'));
});

test('a shed behind a house is no house', () => {
  expect(classesOf([...suburb, rectangle(12, 0, 3, 3)]).at(-1)).toBe('105');
  expect(classesOf([...suburb, rectangle(11, 0, 5, 5)]).at(-1)).toBe('105');
});

test('rows of long slabs are apartment blocks, surer where they are tall', () => {
  const slabs = Array.from({ length: 5 }, (_, i) => rectangle(0, 40 * i, 70, 13));
  expect(classesOf(slabs)).toEqual(Array.from({ length: 5 }, () => '101'));
  const [first] = measureAll([{ rings: [slabs[0]!] }]);
  const sure = (height: number): number => classify({ ...first!, height }).confidence;
  expect(sure(18)).toBeGreaterThan(sure(6));
});

test('a block around a court is of apartments', () => {
  const [measures] = measureAll([{ rings: [rectangle(0, 0, 60, 50), rectangle(14, 14, 32, 22)] }]);
  expect(measures!.area).toBeCloseTo(60 * 50 - 32 * 22, 0);
  expect(classify(measures!).classId).toBe('101');
});

test('wide halls by themselves are industry; a wide building among small ones is trade', () => {
  expect(classesOf([rectangle(0, 0, 90, 45), rectangle(110, 0, 80, 40)])).toEqual(['103', '103']);
  expect(classesOf([...suburb, rectangle(40, 90, 36, 30)]).at(-1)).toBe('104');
});

test('what mappers say of a building is taken for its class, and what says nothing is not', () => {
  expect(['house', 'apartments', 'warehouse', 'retail', 'school'].map(classOfTag)).toEqual([
    '102',
    '101',
    '103',
    '104',
    '105',
  ]);
  expect(classOfTag('yes')).toBeNull();
});

test('the smallest rectangle around a turned one is that one', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: Math.PI, noNaN: true }),
      fc.integer({ min: 3, max: 50 }),
      fc.integer({ min: 3, max: 50 }),
      (angle, a, b) => {
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turned = [
          [0, 0],
          [a, 0],
          [a, b],
          [0, b],
        ].map(([x = 0, y = 0]) => [x * cos - y * sin, x * sin + y * cos] as [number, number]);
        const sides = smallestRectangle(turned);
        expect(sides[0]).toBeCloseTo(Math.min(a, b), 6);
        expect(sides[1]).toBeCloseTo(Math.max(a, b), 6);
      },
    ),
  );
});

test('every footprint has one of the five classes and a confidence between 0 and 1, wherever it lies', () => {
  const size = fc.double({ min: 1, max: 300, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(size, size, size, size), { minLength: 1, maxLength: 8 }), (given) => {
      const footprints = given.map(([x, y, width, height]) => ({ rings: [rectangle(x, y, width, height)] }));
      for (const measures of measureAll(footprints)) {
        const { classId, confidence } = classify(measures);
        expect(['101', '102', '103', '104', '105']).toContain(classId);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('measures do not depend on where a ring begins or how it turns', () => {
  const l: [number, number][] = [
    [0, 0],
    [20, 0],
    [20, 8],
    [8, 8],
    [8, 18],
    [0, 18],
  ];
  const [one] = measureAll([{ rings: [place(l)] }]);
  const [other] = measureAll([{ rings: [place([...l.slice(2), ...l.slice(0, 2)].reverse())] }]);
  expect(other!.area).toBeCloseTo(one!.area, 3);
  expect(one!.area).toBeCloseTo(20 * 8 + 8 * 10, 1);
  expect(other!.fill).toBeCloseTo(one!.fill, 3);
});
