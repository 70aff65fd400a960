import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planOverviews, unitLevels, unitWork, type OverviewPlan } from '@shared/tiff/overviews';
import { axisOf, axisWeights } from '@shared/tiff/overviews/axis';
import type { Level, RasterDescription } from '@shared/tiff/types';
import { blockCoding } from '../../support/rasterCase';

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly tiled: boolean;
  readonly block: number;
}

function described({ width, height, tiled, block }: Shape, changes: Partial<Level> = {}): RasterDescription {
  const level: Level = {
    width,
    height,
    tiled,
    blockWidth: tiled ? block : width,
    blockHeight: Math.min(block, height),
    columns: tiled ? Math.ceil(width / block) : 1,
    rows: Math.ceil(height / block),
    planes: 1,
    coding: blockCoding({ compression: 'deflate' }),
    file: 0,
    ...changes,
  };
  return {
    name: 'made.tif',
    fileSize: 1,
    width,
    height,
    bands: 1,
    sampleType: 'uint8',
    bitsPerSample: 8,
    bigTiff: false,
    byteOrder: 'little',
    georeference: { crs: null, geotransform: null, areaOrPoint: 'Area', gcps: [], from: 'none' },
    nodata: null,
    mask: 'none',
    alphaBand: null,
    palette: null,
    colorInterpretation: ['Gray'],
    levels: [level],
    maskLevels: [],
    metadata: {},
    bandMetadata: [{}],
    otherPages: 0,
    warnings: [],
  };
}

const shapes = fc.record({
  width: fc.integer({ min: 2, max: 40_000 }),
  height: fc.integer({ min: 2, max: 40_000 }),
  tiled: fc.boolean(),
  block: fc.integer({ min: 1, max: 64 }).map((n) => n * 16),
});

/** How often each tile of each level is owned. */
function owners({ levels, rounds, tile }: OverviewPlan, plan: OverviewPlan): number[][] {
  const counts = levels.map(({ columns, rows }) => Array<number>(columns * rows).fill(0));
  for (const round of rounds) {
    for (let unit = 0; unit < round.columns * round.rows; unit++) {
      for (const { level, owned } of unitLevels(plan, round, unit).slice(1)) {
        for (let y = owned.y0; y < owned.y1; y += tile) {
          for (let x = owned.x0; x < owned.x1; x += tile) {
            counts[level]![(y / tile) * levels[level]!.columns + x / tile]!++;
          }
        }
      }
    }
  }
  return counts;
}

test('each tile of each level belongs to one unit', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const plan = planOverviews(described(shape));
      for (const counts of owners(plan, plan)) expect(new Set(counts)).toEqual(new Set([1]));
    }),
    { numRuns: 60 },
  );
});

test('a unit needs what its tiles are made from, and no more than a few pixels beyond its own', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const plan = planOverviews(described(shape));
      for (const round of plan.rounds) {
        const levels = unitLevels(plan, round, round.columns * round.rows - 1);
        const side = 2 ** (levels.length - 1);
        for (const { width, height, needed, owned } of levels) {
          expect(needed.x0).toBeGreaterThanOrEqual(Math.max(0, owned.x0 - side));
          expect(needed.y0).toBeGreaterThanOrEqual(Math.max(0, owned.y0 - side));
          expect(needed.x1).toBeLessThanOrEqual(width);
          expect(needed.y1).toBeLessThanOrEqual(height);
        }
        expect(unitWork(plan, round, 0)).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
});

test('the weights of an axis share each pixel out once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 3000 }), (size) => {
      const axis = axisOf(size);
      const { first, count, head, tail } = axisWeights(axis, 0, axis.to);
      const shared = new Float64Array(size);
      for (let i = 0; i < axis.to; i++) {
        for (let k = 0; k < count[i]!; k++) {
          shared[first[i]! + k]! += k === 0 ? head[i]! : k === count[i]! - 1 ? tail[i]! : 1;
        }
      }
      for (const share of shared) expect(share).toBeCloseTo(1, 6);
    }),
    { numRuns: 60 },
  );
});

test('a strip that is too large to be held is read from its first byte to its last', () => {
  const shape = { width: 20_000, height: 10_000, tiled: false, block: 10_000 };
  const plan = planOverviews(described(shape));
  expect(plan.reading).toBe('stream');
  expect(plan.rounds).toHaveLength(1);
  const jpeg = { coding: blockCoding({ compression: 'lerc' }) };
  expect(() => planOverviews(described(shape, jpeg))).toThrow('overviews.block_too_large');
});

test('what has overviews down to a small one needs none', () => {
  const made = described({ width: 4000, height: 3000, tiled: true, block: 256 });
  const [full] = made.levels;
  const reduced = [2, 4, 8, 16].map((by) => ({ ...full!, width: 4000 / by, height: 3000 / by }));
  expect(() => planOverviews({ ...made, levels: [full!, ...reduced] })).toThrow('overviews.none_needed');
  const gap = planOverviews({ ...made, levels: [full!, reduced[0]!, { ...full!, width: 20, height: 15 }] });
  expect(gap.base).toBe(1);
  expect(gap.levels[0]).toMatchObject({ width: 1000, height: 750 });
});
