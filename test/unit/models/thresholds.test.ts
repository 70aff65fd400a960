import { expect, test } from 'vitest';
import { levels, rulesAt } from '../../../main/engine/models/thresholds';
import type { ObjectRules } from '../../../main/engine/models/types';

const rules: ObjectRules = {
  threshold: 0.5,
  core: 0.5,
  splits: [0.625, 0.75],
  reach: 4,
  leastCore: 1,
  leastPart: 2,
};

test('the model own threshold changes nothing', () => {
  expect(rulesAt(rules, 0.5)).toEqual(rules);
});

test('a lower one asks for weaker cores, and parts them where they lay apart before', () => {
  expect(rulesAt(rules, 0.25)).toEqual({ ...rules, threshold: 0.25, core: 0.25, splits: [0.5, 0.625, 0.75] });
});

test('a higher one asks for stronger cores; what parts them lies above', () => {
  expect(rulesAt(rules, 0.625)).toEqual({ ...rules, threshold: 0.625, core: 0.625, splits: [0.75] });
});

test('a core is never everything nor nothing, and none stays none', () => {
  expect(rulesAt(rules, 1 / levels).core).toBe(1 / levels);
  expect(rulesAt({ ...rules, core: 0.9 }, 15 / levels).core).toBe(15 / levels);
  expect(rulesAt({ ...rules, core: 0 }, 0.75)).toMatchObject({ core: 0, splits: [0.625, 0.75] });
});
