import { expect, test } from 'vitest';
import { averageInto, pyramidOf } from '../../../renderer/map/pyramid';
import type { TileLevel } from '../../../renderer/workers/tileLoader';

const tileLevel = (index: number, width: number, height: number, scale: number): TileLevel => ({
  level: index,
  width,
  height,
  tileWidth: 256,
  tileHeight: 256,
  columns: Math.ceil(width / 256),
  rows: Math.ceil(height / 256),
  scaleX: scale,
  scaleY: scale,
});

test('a picture without overviews gets averaged steps above it, coarsest first', () => {
  const steps = pyramidOf([tileLevel(0, 2048, 4096, 1)]);
  expect(steps.map((step) => [step.index, step.factor, step.scaleX])).toEqual([
    [0, 8, 8],
    [0, 4, 4],
    [0, 2, 2],
    [0, 1, 1],
  ]);
});

test('overviews that are small enough need no further steps', () => {
  const steps = pyramidOf([tileLevel(0, 2048, 2048, 1), tileLevel(1, 512, 512, 4)]);
  expect(steps.map((step) => [step.index, step.factor])).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

test('averages only what is opaque', () => {
  // Four pixels of one band and opacity: 100 and 200 opaque, 9 transparent twice.
  const source = Uint8Array.from([100, 255, 9, 0, 9, 0, 200, 255]);
  const target = new Uint8Array(2 * 2 * 2);
  averageInto(target, 2, 1, 1, source, 2, 2, 2, 2);
  expect([...target]).toEqual([0, 0, 0, 0, 0, 0, 150, 128]);
});

test('floating point keeps its values, and what is all transparent stays empty', () => {
  const source = Float32Array.from([1.5, 1, 2.5, 1, 3.5, 1, 4.5, 1]);
  const target = new Float32Array(2);
  averageInto(target, 1, 0, 0, source, 2, 2, 2, 2);
  expect([...target]).toEqual([3, 1]);
  averageInto(target, 1, 0, 0, new Float32Array(8), 2, 2, 2, 2);
  expect([...target]).toEqual([0, 0]);
});
