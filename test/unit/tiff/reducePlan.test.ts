import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AppError } from '@shared/errors';
import { openRaster } from '@shared/tiff/open';
import { chooseReduction, planReduced, reducedLayout } from '@shared/tiff/reduce';
import { TAG } from '@shared/tiff/tags';
import type { PixelWindow, Raster } from '@shared/tiff/types';
import { shorts } from '@shared/tiff/writeTags';
import { createNodeCodecs, reducingParts } from '../../../main/rasters';
import { seeded } from '../../fixtures/sliceFiles';
import { bytesOf, tinyLayout, tinyTiff, type TinyTiff } from '../../fixtures/tinyTiff';
import { memorySource } from '../../support/fileSource';

const codecs = createNodeCodecs();
const parts = reducingParts(codecs);

const opened = (tiff: TinyTiff): Promise<Raster> =>
  openRaster(memorySource(tinyTiff(tiff), 'scene.of.town.tif'));

/** What no codec makes smaller. */
const noise = (seed: number) => (index: number, length: number) => {
  const random = seeded(seed + index);
  return Uint8Array.from({ length }, () => random() * 256);
};

const tiffArbitrary: fc.Arbitrary<TinyTiff> = fc
  .record({
    width: fc.integer({ min: 1, max: 260 }),
    height: fc.integer({ min: 1, max: 260 }),
    tileSize: fc.option(fc.constantFrom(16, 32, 64), { nil: undefined }),
    rowsPerStrip: fc.integer({ min: 1, max: 300 }),
    bands: fc.integer({ min: 1, max: 5 }),
    planar: fc.boolean(),
    hasAlpha: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ tileSize, hasAlpha, seed, ...rest }) => {
    const extra = rest.bands - (rest.bands >= 3 ? 3 : 1);
    const kinds = Array.from({ length: extra }, (_, at) => (hasAlpha && at === extra - 1 ? 2 : 0));
    return {
      ...rest,
      ...(tileSize === undefined ? {} : { tileSize }),
      ...(extra > 0 ? { tags: [shorts('little', TAG.ExtraSamples, kinds)] } : {}),
      block: noise(seed),
    };
  });

function covered(raster: Raster, windows: readonly PixelWindow[]): boolean {
  const { width, height } = raster.description;
  const times = new Uint8Array(width * height);
  for (const window of windows) {
    for (let y = window.y; y < window.y + window.height; y++) {
      for (let x = window.x; x < window.x + window.width; x++) times[y * width + x]!++;
    }
  }
  return times.every((count) => count === 1);
}

test('reduced chunks and skipped windows are the raster, and every chunk as it is made keeps the limits', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(
      tiffArbitrary,
      fc.constantFrom('jpeg' as const, 'deflate' as const),
      fc.integer({ min: 3000, max: 60_000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 60_000 }),
      async (tiff, codec, maxBytes, maxSide, targetBytes) => {
        const raster = await opened(tiff);
        const reduction = await chooseReduction(raster, codecs, codec);
        const limits = { maxBytes, maxSide: Math.max(maxSide, 12), targetBytes: Math.max(targetBytes, 8000) };
        const plan = await planReduced(raster, reduction, limits, { parts }).catch((error: unknown) => {
          // The smallest tile of JPEG may take more than the least of these limits.
          expect((error as AppError).kind).toBe('tiff.slice_limits');
          return null;
        });
        if (!plan) return;
        expect(
          covered(
            raster,
            [...plan.chunks, ...plan.skipped].map(({ window }) => window),
          ),
        ).toBe(true);
        expect(new Set(plan.chunks.map(({ name }) => name)).size).toBe(plan.chunks.length);
        for (const chunk of plan.chunks.slice(0, 6)) {
          const { window, mostBytes, estimatedBytes } = chunk;
          expect(Math.max(window.width, window.height)).toBeLessThanOrEqual(limits.maxSide);
          const { size } = await reducedLayout(raster, chunk, reduction, parts);
          expect(size).toBeLessThanOrEqual(mostBytes);
          expect(mostBytes).toBeLessThanOrEqual(maxBytes);
          expect(estimatedBytes).toBeLessThanOrEqual(mostBytes);
          made++;
        }
      },
    ),
    { numRuns: Number(process.env.REDUCE_RUNS ?? 40) },
  );
  expect(made).toBeGreaterThan(15);
});

test('a chunk is the same bytes each time, and the estimate is near', async () => {
  const raster = await opened({ width: 700, height: 600, tileSize: 64, bands: 4, block: noise(4) });
  for (const codec of ['jpeg', 'deflate'] as const) {
    const reduction = await chooseReduction(raster, codecs, codec);
    const { chunks } = await planReduced(raster, reduction, { targetBytes: 300_000 }, { parts });
    let estimated = 0;
    let real = 0;
    for (const chunk of chunks) {
      const first = await reducedLayout(raster, chunk, reduction, parts);
      const again = await reducedLayout(raster, chunk, reduction, reducingParts(createNodeCodecs()));
      expect(Buffer.compare(bytesOf(first), bytesOf(again))).toBe(0);
      estimated += chunk.estimatedBytes;
      real += first.size;
    }
    expect(Math.abs(estimated / real - 1)).toBeLessThan(0.15);
  }
});

test('what is given up is said: cuts of 16 bits, bands, alpha', async () => {
  const samples = new Uint16Array(100 * 100 * 4);
  for (let at = 0; at < samples.length; at += 4) {
    const value = at / 4;
    samples.set([value, 1000 + value, 7, 0], at);
    samples[at + 3] = value < 5000 ? 0 : 65_535;
  }
  const layout = tinyLayout({
    width: 100,
    height: 100,
    bands: 4,
    tags: [shorts('little', TAG.BitsPerSample, [16, 16, 16, 16]), shorts('little', TAG.ExtraSamples, [2])],
    block: () => new Uint8Array(samples.buffer),
  });
  const raster = await openRaster(memorySource(bytesOf(layout), 'deep.tif'));
  const reduction = await chooseReduction(raster, codecs, 'jpeg');
  expect(reduction).toEqual({
    codec: 'jpeg',
    quality: 90,
    bands: [0, 1, 2],
    channels: 3,
    // 2 and 98 % of the pixels that count; a band of one value has no other cut.
    cuts: [
      [5100, 9899],
      [6100, 10_899],
      [7, 8],
    ],
    masked: true,
  });
});
