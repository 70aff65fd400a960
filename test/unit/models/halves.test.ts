import { expect, test } from 'vitest';
import { halved, meanOfBoth } from '../../../main/engine/models/learned/halves';
import { paint } from './scenes';

test('four pixels become their mean; those without imagery count for nothing', () => {
  const window = paint(
    4,
    2,
    (x, y) => [10 * x + 4 * y, 100, x < 2 ? 7 : 9],
    (x, y) => !(x === 0 && y === 0) && !(x >= 2 && (y === 0 || x === 2)),
  );
  const half = halved(window);
  expect([half.width, half.height]).toEqual([2, 1]);
  expect([...half.valid]).toEqual([1, 0]);
  expect([half.red[0], half.green[0], half.blue[0]]).toEqual([Math.round((10 + 4 + 14) / 3), 100, 7]);
});

test('a last row or column without a neighbour stands for itself', () => {
  const half = halved(paint(3, 3, (x, y) => [x * 10, y * 10, 5]));
  expect([half.width, half.height]).toEqual([2, 2]);
  expect([...half.red]).toEqual([5, 20, 5, 20]);
  expect([...half.green]).toEqual([5, 5, 20, 20]);
  expect([...half.valid]).toEqual([1, 1, 1, 1]);
});

test('both probabilities are means, 0 where there is no imagery, and the finer one alone at its ragged edge', () => {
  const window = paint(
    4,
    2,
    () => [9, 9, 9],
    (x, y) => x < 2 || (x === 2 && y === 0),
  );
  const half = halved(window);
  expect([...half.valid]).toEqual([1, 0]);
  const fine = Uint8Array.from([0xf4, 0x00, 0x82, 0x99, 0xff, 0x33, 0x82, 0x99]);
  const coarse = Uint8Array.from([0xf0, 0xff]);
  expect([...meanOfBoth(fine, coarse, window, half)]).toEqual([0xf2, 0x80, 0x82, 0, 0xf8, 0x92, 0, 0]);
});
