import { expect, test } from 'vitest';
import { readAoi, sortDropped } from '../../../renderer/map/dropped';
import { square } from './samples';

test('a dropped GeoJSON gives all its polygons, whatever holds them', () => {
  const polygon = { type: 'Polygon', coordinates: [square(1, 2, 0.1)] };
  expect(readAoi(JSON.stringify(polygon))).toEqual(polygon);
  const collection = {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: null, geometry: polygon },
      { type: 'Feature', properties: null, geometry: { type: 'Point', coordinates: [0, 0] } },
      { type: 'Feature', properties: null, geometry: { type: 'GeometryCollection', geometries: [polygon] } },
    ],
  };
  expect(readAoi(JSON.stringify(collection))?.type).toBe('MultiPolygon');
});

test.each([
  'not json',
  '{}',
  '[]',
  'null',
  '{"type":"Polygon"}',
  '{"type":"Polygon","coordinates":[[[0,0],[1,1],["x",2],[0,0]]]}',
  '{"type":"Polygon","coordinates":[[[350000,3055000],[350001,3055000],[350001,3055001],[350000,3055000]]]}',
  '{"type":"FeatureCollection","features":7}',
])('a text without a polygon in degrees is none: %s', (text) => {
  expect(readAoi(text)).toBeNull();
});

test('a text that nests without end is none', () => {
  const deep = '{"type":"GeometryCollection","geometries":['.repeat(5000);
  expect(readAoi(`${deep}${']}'.repeat(5000)}`)).toBeNull();
});

test('dropped files go by their name', () => {
  const file = (name: string) => ({ name }) as File;
  const { rasters, shapes } = sortDropped([
    file('a.tif'),
    file('area.GeoJSON'),
    file('b.TIFF'),
    file('c.json'),
  ]);
  expect(rasters.map((item) => item.name)).toEqual(['a.tif', 'b.TIFF']);
  expect(shapes.map((item) => item.name)).toEqual(['area.GeoJSON', 'c.json']);
});
