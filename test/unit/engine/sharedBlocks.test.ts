import { expect, test } from 'vitest';
import { BlockCache } from '@shared/tiff/windowCache';
import { SharedBlocks } from '../../../main/engine/sharedBlocks';

const block = (bytes: number): Awaited<ReturnType<BlockCache['get']>> =>
  ({ samples: new Uint8Array(bytes) }) as unknown as Awaited<ReturnType<BlockCache['get']>>;

test('rasters keep no more together than one would, and never take each other’s blocks', async () => {
  const all = new BlockCache(100);
  const rasters = Array.from({ length: 5 }, () => new SharedBlocks(all));
  const made: number[] = [];
  for (const [i, raster] of rasters.entries()) {
    const first = await raster.get('image/0/0', () => Promise.resolve(block(30 + i)));
    made.push(first!.samples.length);
  }
  expect(made).toEqual([30, 31, 32, 33, 34]);
  expect(all.bytes).toBeLessThanOrEqual(100);
  const last = await rasters[4]!.get('image/0/0', () => Promise.reject(new Error('it is kept')));
  expect(last!.samples.length).toBe(34);
});

test('what a raster has put there goes with it', async () => {
  const all = new BlockCache(100);
  const [one, other] = [new SharedBlocks(all), new SharedBlocks(all)];
  await one.get('a', () => Promise.resolve(block(20)));
  await other.get('a', () => Promise.resolve(block(10)));
  one.clear();
  expect(all.bytes).toBe(10);
});
