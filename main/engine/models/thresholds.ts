import type { ObjectRules } from './types';

/** Probabilities are kept in so many levels: thresholds between them give the same outlines. */
export const levels = 16;

/**
 * Rules at another threshold: an object's core is asked for as much more or less as the object itself, so that a lower threshold
 * brings objects that were missed and not only wider ones. What lay apart at the model's own threshold is parted at a lower one
 * too: where the core was, and above it, the levels stay where they are.
 */
export function rulesAt(rules: ObjectRules, threshold: number): ObjectRules {
  const moved = (share: number): number => {
    const level = Math.round((share + threshold - rules.threshold) * levels);
    return Math.max(1, Math.min(levels - 1, level)) / levels;
  };
  const core = rules.core === 0 ? 0 : moved(rules.core);
  const own = rules.core === 0 ? [] : [rules.core];
  const splits = [...own, ...(rules.splits ?? [])].filter((share) => share > core);
  return { ...rules, threshold, core, splits };
}
