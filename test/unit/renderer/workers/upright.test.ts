import { expect, test } from 'vitest';
import { putUpright } from '../../../../renderer/workers/upright';

test('the lowest row comes last, and colours are those before opacity', () => {
  const lower = [10, 20, 30, 255, 0, 0, 0, 0];
  const upper = [64, 32, 0, 128, 1, 2, 3, 255];
  const into = new Uint8ClampedArray(16);
  putUpright(Uint8Array.from([...lower, ...upper]), into, 2);
  expect([...into]).toEqual([128, 64, 0, 128, 1, 2, 3, 255, ...lower]);
});
