import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ring } from '../../../main/engine/vectorize/chains';
import { simplify } from '../../../main/engine/vectorize/simplify';
import { MaskTracer } from '../../../main/engine/vectorize/trace';
import { blobs, masks, type Mask } from './masks';

/** The outlines of a mask, pixel by pixel. */
function ringsOf({ width, height, values }: Mask): Ring[] {
  const tracer = new MaskTracer(width, { minPixels: 0, minHolePixels: 0 });
  const polygons = [...tracer.push({ height, classes: values }), ...tracer.finish()];
  return polygons.flatMap(({ exterior, holes }) => [exterior, ...holes]);
}

/** The farthest that a place on one closed outline, tried every quarter of a pixel, lies from another. */
function farthest(from: ArrayLike<number>, to: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < from.length; i += 2) {
    const next = (i + 2) % from.length;
    const [x0, y0, x1, y1] = [from[i]!, from[i + 1]!, from[next]!, from[next + 1]!];
    const steps = Math.max(1, Math.ceil(4 * Math.hypot(x1 - x0, y1 - y0)));
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      most = Math.max(most, distance(x0 + t * (x1 - x0), y0 + t * (y1 - y0), to));
    }
  }
  return most;
}

function distance(x: number, y: number, outline: ArrayLike<number>): number {
  let least = Infinity;
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    const [dx, dy] = [outline[next]! - outline[i]!, outline[next + 1]! - outline[i + 1]!];
    const along = (x - outline[i]!) * dx + (y - outline[i + 1]!) * dy;
    const t = Math.min(1, Math.max(0, along / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(x - outline[i]! - t * dx, y - outline[i + 1]! - t * dy));
  }
  return least;
}

/** Hausdorff's distance of an outline and the shorter one, px. */
function apart(ring: Ring, tolerance: number): number {
  const short = simplify(ring, tolerance);
  return Math.max(farthest(short, ring.corners), farthest(ring.corners, short));
}

test('no outline is farther than half a pixel from its simplification, nor that from it', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      for (const ring of ringsOf(mask)) expect(apart(ring, 0.5)).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
    { numRuns: 150 },
  );
});

test('the same for rounded outlines with many steps, which become much shorter', () => {
  let [corners, kept] = [0, 0];
  for (let seed = 1; seed <= 6; seed++) {
    for (const ring of ringsOf(blobs(60, 50, seed))) {
      expect(apart(ring, 0.5), `seed ${String(seed)}`).toBeLessThanOrEqual(0.5 + 1e-9);
      corners += ring.corners.length;
      kept += simplify(ring, 0.5).length;
    }
  }
  expect(kept).toBeLessThan(0.7 * corners);
});
