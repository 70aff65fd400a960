import type { ObjectRules } from './types';

/** Probabilities are kept in so many levels: thresholds between them give the same outlines. */
export const levels = 16;

/**
 * Rules at another threshold: an object's core, and what parts it, is asked for as much more or less as the object itself, so that a
 * lower threshold brings objects that were missed and not only wider ones.
 */
export function rulesAt(rules: ObjectRules, threshold: number): ObjectRules {
  const moved = (share: number): number => {
    const level = Math.round((share + threshold - rules.threshold) * levels);
    return Math.max(1, Math.min(levels - 1, level)) / levels;
  };
  const core = rules.core === 0 ? 0 : moved(rules.core);
  const splits = [...new Set((rules.splits ?? []).map(moved))].filter((share) => share > core);
  return { ...rules, threshold, core, splits };
}
