import { expect, test } from 'vitest';
import { fromOutput, toInput } from '../../../main/engine/models/learned/pack';
import { paint } from './scenes';

test('a window is widened to whole steps; what is added is not valid', () => {
  const window = paint(
    5,
    3,
    (x, y) => [10 + x, 100 + y, 7],
    (x) => x !== 2,
  );
  const input = toInput(window, 4);
  expect([input.width, input.height]).toEqual([8, 4]);
  const at = (band: number, x: number, y: number): number => input.picture[(band * 4 + y) * 8 + x]!;
  expect([at(0, 4, 2), at(1, 4, 2), at(2, 4, 2)]).toEqual([14, 102, 7]);
  expect([...input.valid.subarray(0, 8)]).toEqual([1, 1, 0, 1, 1, 0, 0, 0]);
  expect([...input.valid.subarray(24)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test('the answer is cut to the window, and enlarged where its pixels are twice as wide', () => {
  const answer = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect([...fromOutput(answer, 8, 1, { width: 3, height: 2 })]).toEqual([0, 1, 2, 8, 9, 10]);
  expect([...fromOutput(answer, 8, 2, { width: 3, height: 3 })]).toEqual([0, 0, 1, 0, 0, 1, 8, 8, 9]);
});
