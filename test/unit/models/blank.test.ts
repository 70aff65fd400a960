import { expect, test } from 'vitest';
import { withoutBlank } from '../../../main/engine/models/learned/blank';
import { paint } from './scenes';

test('a collar of one colour is not valid; the imagery beside it stays', () => {
  const picture = paint(90, 60, (x, y) => (x < 40 ? [0, 0, 0] : [50 + ((x * 7 + y * 3) % 90), 80, 60]));
  const { valid } = withoutBlank(picture);
  for (let i = 0; i < valid.length; i++) expect(valid[i]).toBe(i % 90 < 40 ? 0 : 1);
});

test('a roof or a line of one colour is not blank', () => {
  const roof = paint(90, 90, (x, y) =>
    x > 20 && x < 45 && y > 20 && y < 45 ? [200, 200, 200] : [(x * 31 + y * 17) % 120, 90, 70],
  );
  const line = paint(90, 90, (x, y) => (y === 40 ? [255, 255, 255] : [(x * 31 + y * 17) % 120, 90, 70]));
  expect(withoutBlank(roof)).toBe(roof);
  expect(withoutBlank(line).valid.includes(0)).toBe(false);
});
