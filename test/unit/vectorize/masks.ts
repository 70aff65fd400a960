import fc from 'fast-check';
import type { MaskBand } from '../../../main/engine/models/types';
import type { VectorizeJob } from '../../../main/engine/vectorize/index';

export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/** Small masks of up to three classes, from nearly empty to nearly full. */
export const masks: fc.Arbitrary<Mask> = fc
  .record({
    width: fc.integer({ min: 1, max: 16 }),
    height: fc.integer({ min: 1, max: 16 }),
    classes: fc.integer({ min: 1, max: 3 }),
    density: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer(),
  })
  .map(({ width, height, classes, density, seed }) => {
    const random = randomFrom(seed);
    const value = (): number => (random() * 10 < density ? 1 + Math.floor(random() * classes) : 0);
    return { width, height, values: Uint8Array.from({ length: width * height }, value) };
  });

/** A deterministic generator of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rounded shapes with bays, holes and corners that touch: a sum of waves above a level. */
export function blobs(width: number, height: number, seed: number): Mask {
  const random = randomFrom(seed);
  const waves = Array.from({ length: 12 }, () => ({
    x: (random() - 0.5) * 0.8,
    y: (random() - 0.5) * 0.8,
    phase: random() * 6.28,
  }));
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = waves.reduce((sum, wave) => sum + Math.sin(x * wave.x + y * wave.y + wave.phase), 0);
      values[y * width + x] = level > 1 ? 1 : 0;
    }
  }
  return { width, height, values };
}

/** The mask in bands of the heights given, repeated as needed. */
export function* bandsOf(mask: Mask, heights: readonly number[] = [mask.height]): Generator<MaskBand> {
  let y = 0;
  for (let i = 0; y < mask.height; i++) {
    const height = Math.min(heights[i % heights.length]!, mask.height - y);
    const classes = mask.values.slice(y * mask.width, (y + height) * mask.width);
    yield { y, width: mask.width, height, classes };
    y += height;
  }
}

/** Degrees that are pixels of a grid of 1 m near (10, 50), so that results can be read back as pixels. */
const DEGREES_PER_PIXEL = 1e-5;

export function jobFor(mask: Mask, rules: Partial<VectorizeJob['rules']> = {}): VectorizeJob {
  return {
    width: mask.width,
    gsd: 1,
    classes: [1, 2, 3].map((value) => ({ value, objectType: `type-${value}`, classId: `${value}` })),
    rules: { minArea: 0, minHole: 0, tolerance: 0, ...rules },
    toLonLat: (x, y) => [10 + x * DEGREES_PER_PIXEL, 50 - y * DEGREES_PER_PIXEL],
    ringArea: (ring) => Math.abs(shoelace(ring)) / DEGREES_PER_PIXEL ** 2,
  };
}

/** Twice-signed-halved: positive for counter-clockwise. */
export function shoelace(ring: readonly (readonly number[])[]): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i++) {
    const [x, y] = [ring[i]![0]! - ring[0]![0]!, ring[i]![1]! - ring[0]![1]!];
    const next = ring[(i + 1) % ring.length]!;
    twice += x * (next[1]! - ring[0]![1]!) - (next[0]! - ring[0]![0]!) * y;
  }
  return twice / 2;
}

/** Burns a polygon's rings back by the even-odd rule at pixel centres; counts how often each pixel is hit. */
export function burn(
  mask: Mask,
  polygons: Iterable<readonly (readonly (readonly number[])[])[]>,
): Uint8Array {
  const hits = new Uint8Array(mask.width * mask.height);
  for (const rings of polygons) {
    for (let row = 0; row < mask.height; row++) {
      const crossings = rings.flatMap((ring) => crossingsAt(ring, 50 - (row + 0.5) * DEGREES_PER_PIXEL));
      crossings.sort((a, b) => a - b);
      for (let column = 0; column < mask.width; column++) {
        const centre = 10 + (column + 0.5) * DEGREES_PER_PIXEL;
        if (crossings.filter((x) => x < centre).length % 2 === 1) hits[row * mask.width + column]! += 1;
      }
    }
  }
  return hits;
}

function crossingsAt(ring: readonly (readonly number[])[], y: number): number[] {
  const found: number[] = [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [x1, y1] = [ring[i]![0]!, ring[i]![1]!];
    const [x2, y2] = [ring[i + 1]![0]!, ring[i + 1]![1]!];
    if (y1 > y !== y2 > y) found.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  }
  return found;
}
