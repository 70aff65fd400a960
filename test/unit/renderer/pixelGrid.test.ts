import { get, transform } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import { expect, test } from 'vitest';
import { PixelGrid } from '../../../renderer/map/pixelGrid';
import type { Placement } from '../../../renderer/map/placement';
import { projectionOf } from '../../../renderer/map/projections';
import { utm45 } from './samples';

const utm = projectionOf(utm45) as Projection;
const rotated: Placement = {
  space: 'earth',
  projection: utm,
  extent: [0, 0, 1, 1],
  transform: [400_000, 0.4, 0.3, 3_100_000, 0.3, -0.4],
  pixelSize: 0.5,
  upright: false,
};

test('pixels become coordinates of the raster and of any view, and come back', () => {
  const grid = new PixelGrid(rotated, 300, 200);
  const degrees = get('EPSG:4326') as Projection;
  for (const view of [utm, degrees]) grid.linkTo(view);
  const [x = NaN, y = NaN] = transform([10, -20], grid, utm);
  expect(x).toBeCloseTo(400_010, 6);
  expect(y).toBeCloseTo(3_099_995, 6);
  const place = transform([10, -20], grid, degrees);
  expect(place[0]).toBeCloseTo(transform([x, y], utm, degrees)[0] ?? NaN, 9);
  const back = transform(place, degrees, grid);
  expect(back[0]).toBeCloseTo(10, 4);
  expect(back[1]).toBeCloseTo(-20, 4);
});

test('a pixel is as large as it is on the ground', () => {
  expect(new PixelGrid(rotated, 300, 200).getMetersPerUnit()).toBe(0.5);
  const degrees = { ...rotated, projection: get('EPSG:4326') as Projection, pixelSize: 1e-5 };
  expect(new PixelGrid(degrees, 300, 200).getMetersPerUnit()).toBeCloseTo(1.113, 3);
});
