import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Geotransform } from '@shared/tiff/types';
import { byteScale, findModel, planGrid, toBytes } from '../../../main/engine/models/index';

const forest = findModel('Forest').detector!;
const working = (gsd: number): number => forest.workingGsd(gsd);

test('coarse imagery keeps its own pixels', () => {
  const geotransform: Geotransform = [2686200, 0.5, 0, 1249000, 0, -0.5];
  const plan = planGrid(
    { geotransform, metres: { x: 0.5, y: 0.5 } },
    [2686200, 1248900, 2686300, 1249000],
    working,
  );
  expect(plan).toEqual({
    geotransform,
    width: 200,
    height: 200,
    gsd: 0.5,
    factor: { x: 1, y: 1 },
    offset: { x: 0, y: 0 },
  });
});

test('a geographic CRS with oblong pixels gets a factor for each axis', () => {
  const plan = planGrid(
    { geotransform: [25, 1e-6, 0, 60, 0, -1e-6], metres: { x: 0.0557, y: 0.1114 } },
    [25.0001, 59.999, 25.0011, 59.9999],
    working,
  );
  expect(plan.factor).toEqual({ x: 4, y: 2 });
  expect(plan.gsd).toBeCloseTo(0.2228, 4);
});

test('every chunk of an orthophoto gives the grid of the whole', () => {
  const bounds = fc.record({
    column: fc.integer({ min: 0, max: 5000 }),
    row: fc.integer({ min: 0, max: 5000 }),
    pixel: fc.constantFrom(0.018, 0.0746455354, 0.1, 0.15, 1.341104507446289e-6),
    x: fc.double({ min: -500, max: 700, noNaN: true }),
    y: fc.double({ min: -500, max: 700, noNaN: true }),
  });
  fc.assert(
    fc.property(bounds, ({ column, row, pixel, x, y }) => {
      // An origin on whole pixels, as nearly every raster has: otherwise halves could be rounded either way.
      const originX = Math.round((x * 1000) / pixel) * pixel;
      const originY = Math.round((y * 1000) / pixel) * pixel;
      const metres = pixel < 1e-3 ? { x: pixel * 1e5, y: pixel * 1.1e5 } : { x: pixel, y: pixel };
      const at = (left: number, top: number): Geotransform => [
        originX + left * pixel,
        pixel,
        0,
        originY - top * pixel,
        0,
        -pixel,
      ];
      const area = [
        originX + 100.3 * pixel,
        originY - 3000 * pixel,
        originX + 2000 * pixel,
        originY - 77 * pixel,
      ] as const;
      const whole = planGrid({ geotransform: at(0, 0), metres }, area, working);
      const chunk = planGrid({ geotransform: at(column, row), metres }, area, working);
      expect([chunk.width, chunk.height]).toEqual([whole.width, whole.height]);
      expect(Math.abs(chunk.geotransform[0] - whole.geotransform[0])).toBeLessThan(pixel * 1e-3);
      expect(Math.abs(chunk.geotransform[3] - whole.geotransform[3])).toBeLessThan(pixel * 1e-3);
      expect([chunk.offset.x, chunk.offset.y]).toEqual([whole.offset.x - column, whole.offset.y - row]);
    }),
  );
});

test('the grid covers its bounds with less than a block to spare', () => {
  const geotransform: Geotransform = [500000, 0.1, 0, 4000000, 0, -0.1];
  const plan = planGrid(
    { geotransform, metres: { x: 0.1, y: 0.1 } },
    [500003.37, 3999950.01, 500040.02, 3999990.99],
    working,
  );
  const [left, width, , top, , height] = plan.geotransform;
  expect(left).toBeLessThanOrEqual(500003.37);
  expect(left).toBeGreaterThan(500003.37 - 0.2001);
  expect(left + plan.width * width).toBeGreaterThanOrEqual(500040.02);
  expect(top).toBeGreaterThanOrEqual(3999990.99);
  expect(top + plan.height * height).toBeLessThanOrEqual(3999950.01);
});

test('deep samples become bytes by one scale, so that hue stays', () => {
  const red = Uint16Array.from({ length: 1000 }, (_, i) => 400 + i);
  const green = Uint16Array.from({ length: 1000 }, (_, i) => 600 + 2 * i);
  const scale = byteScale('uint16', [red, green]);
  expect(scale.low).toBe(0);
  expect(scale.high).toBeGreaterThan(2400);
  const [r, g] = [toBytes(red, scale), toBytes(green, scale)];
  expect(g[500]! - r[500]!).toBeCloseTo(((1600 - 900) * 255) / (scale.high - scale.low), -1);
  expect(toBytes(Uint8Array.of(1, 2, 255), byteScale('uint8', []))).toEqual(Uint8Array.of(1, 2, 255));
});
