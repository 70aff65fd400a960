import { expect, test } from 'vitest';
import { bleed } from '../../../renderer/map/bleed';

test('transparent pixels beside opaque ones take their mean colour and stay transparent', () => {
  // One band and opacity, three pixels wide, two high.
  const tile = Uint8Array.from([100, 255, 0, 0, 0, 0, 50, 255, 0, 0, 0, 0]);
  bleed(tile, 3, 2, 2);
  expect([...tile]).toEqual([100, 255, 75, 0, 0, 0, 50, 255, 75, 0, 0, 0]);
});

test('doing it again changes nothing', () => {
  const tile = Float32Array.from([0.25, 1, -9999, 0, -9999, 0]);
  bleed(tile, 3, 1, 2);
  const once = [...tile];
  bleed(tile, 3, 1, 2);
  expect([...tile]).toEqual(once);
  expect(once).toEqual([0.25, 1, 0.25, 0, -9999, 0]);
});

test('an opaque tile is left alone', () => {
  const tile = Uint8Array.from([1, 255, 2, 255]);
  bleed(tile, 2, 1, 2);
  expect([...tile]).toEqual([1, 255, 2, 255]);
});
