import { expect, test } from 'vitest';
import { averaged, copyPixels } from '@shared/tiff/tiles/average';

test('averages only what is opaque', () => {
  // Four pixels of one band and opacity: 100 and 200 opaque, 9 transparent twice.
  const source = Uint8Array.from([100, 255, 9, 0, 9, 0, 200, 255]);
  expect([...averaged(source, 2, 2, 2, 2)]).toEqual([150, 128]);
});

test('what is opaque all over is averaged plainly, row by row', () => {
  const source = Uint8Array.from([0, 255, 10, 255, 4, 255, 4, 255, 20, 255, 30, 255, 4, 255, 5, 255]);
  expect([...averaged(source, 4, 2, 2, 2)]).toEqual([15, 255, 4, 255]);
});

test('floating point keeps its values, and what is all transparent stays empty', () => {
  const source = Float32Array.from([1.5, 1, 2.5, 1, 3.5, 1, 4.5, 1]);
  expect([...averaged(source, 2, 2, 2, 2)]).toEqual([3, 1]);
  expect([...averaged(new Float32Array(8).fill(0), 2, 2, 2, 2)]).toEqual([0, 0]);
});

test('copies what lies inside both pictures', () => {
  const from = { pixels: Uint8Array.from([1, 2, 3, 4]), width: 2, height: 2 };
  const to = { pixels: new Uint8Array(9), width: 3, height: 3 };
  copyPixels(from, to, { x: 2, y: -1 }, 1);
  copyPixels(from, to, { x: -1, y: 2 }, 1);
  expect([...to.pixels]).toEqual([0, 0, 3, 0, 0, 0, 2, 0, 0]);
});
