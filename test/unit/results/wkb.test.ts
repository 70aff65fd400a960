import fc from 'fast-check';
import type { Geometry } from 'geojson';
import { expect, test } from 'vitest';
import { flatParts } from '../../../main/library/geopackage/flat';
import { decodeGeometry, GeometryEncoder } from '../../../main/library/geopackage/wkb';

const number = fc.double({ min: -180, max: 180, noNaN: true }).map((value) => value + 0);

function geometries(dimensions: 2 | 3): fc.Arbitrary<Geometry> {
  const position = fc.array(number, { minLength: dimensions, maxLength: dimensions });
  const line = fc.array(position, { minLength: 2, maxLength: 6 });
  const polygon = fc.array(line, { minLength: 1, maxLength: 3 });
  const several = <T>(part: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(part, { minLength: 1, maxLength: 3 });
  const simple = fc.oneof(
    position.map((coordinates): Geometry => ({ type: 'Point', coordinates })),
    line.map((coordinates): Geometry => ({ type: 'LineString', coordinates })),
    polygon.map((coordinates): Geometry => ({ type: 'Polygon', coordinates })),
    several(position).map((coordinates): Geometry => ({ type: 'MultiPoint', coordinates })),
    several(line).map((coordinates): Geometry => ({ type: 'MultiLineString', coordinates })),
    several(polygon).map((coordinates): Geometry => ({ type: 'MultiPolygon', coordinates })),
  );
  return fc.oneof(
    simple,
    several(simple).map((parts): Geometry => ({ type: 'GeometryCollection', geometries: parts })),
  );
}

test('every geometry comes back as it was, with its box', () => {
  const encoder = new GeometryEncoder(4326);
  fc.assert(
    fc.property(fc.oneof(geometries(2), geometries(3)), (geometry) => {
      const encoded = encoder.encode(geometry)!;
      expect(decodeGeometry(encoded.blob)).toEqual(geometry);
      const flat = flatParts(encoded.blob).flatMap((part) => part.lines.flatMap((line) => [...line]));
      const xs = flat.filter((_, i) => i % 2 === 0);
      const ys = flat.filter((_, i) => i % 2 === 1);
      expect(encoded.box).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
    }),
    { numRuns: 200 },
  );
});

test('what is no geometry is told apart from one', () => {
  const encoder = new GeometryEncoder(4326);
  const bad = [
    { type: 'Polygon', coordinates: [] },
    { type: 'Polygon', coordinates: null },
    { type: 'Point', coordinates: [1, null] },
    { type: 'Point', coordinates: ['1', '2'] },
    { type: 'LineString', coordinates: [1, 2] },
    { type: 'Circle', coordinates: [1, 2] },
    { type: 'Point' },
    { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1] }] },
  ];
  for (const geometry of bad) expect(encoder.encode(geometry as unknown as Geometry)).toBeNull();
});

test('a blob that is cut short is noticed', () => {
  const { blob } = new GeometryEncoder(4326).encode({
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ],
  })!;
  expect(() => decodeGeometry(blob.subarray(0, blob.length - 3))).toThrow(RangeError);
});
