/** What the light along lines through a building tells of the length of its shadow. */

/** Light, 0–255; null where nothing is known, `blocked` on another building. */
export type Sample = number | 'blocked' | null;

/** Samples at equal steps along a line in the direction of the shadow. */
export interface Ray {
  /** From where the line leaves the building, away from the sun. */
  readonly beyond: readonly Sample[];
  /** From where it enters the building, towards the sun. */
  readonly before: readonly Sample[];
}

/** m; what lies so near behind the building is in its shadow, if there is one */
const surelyDark = { from: 0.4, to: 1.6 };
/** m of light between an outline and its shadow: an outline's error, a lit eave */
const lightAtWall = 1.5;
/** m of light within a shadow that do not end it */
const glint = 0.6;
/** Shade is darker than this share of what is lit. */
const clearShade = 0.7;
/** Ground counts as lit where it is so many times as light as the shade. */
const litAgain = 1.35;
/** m; lengths that differ by less than twice this say the same */
const agreement = 0.5;
/** Of the lines that end somewhere, those that must agree; and of all lines, those that must say anything. */
const leastAgreeing = 0.4;
const leastTelling = 0.3;
/** Lines that agree, at least. */
const fewest = 4;

/**
 * m; the length that most lines agree on. Null where shade and light cannot be told apart or lines do not agree; `farther` where most
 * shadows do not end within the samples. @param step m between samples
 */
export function shadowLength(rays: readonly Ray[], step: number): number | 'farther' | null {
  const threshold = thresholdOf(rays, step);
  if (threshold === null) return null;
  const ends = rays.map(({ beyond }) => endOf(beyond, step, threshold));
  const lengths = ends.filter((end) => typeof end === 'number');
  const endless = ends.filter((end) => end === 'endless').length;
  if (endless > lengths.length) return 'farther';
  if (lengths.length < leastTelling * rays.length) return null;
  const best = mostAgreeing(Float64Array.from(lengths).sort(), Math.max(agreement, 1.5 * step));
  if (best.count < Math.max(fewest, leastAgreeing * (lengths.length + endless))) return null;
  return best.mean;
}

/** Between the shade behind the building and what around it is lit; null where there is no such shade. */
function thresholdOf(rays: readonly Ray[], step: number): number | null {
  const numbers = (samples: readonly Sample[]): number[] =>
    samples.filter((sample) => typeof sample === 'number');
  const [from, to] = [Math.floor(surelyDark.from / step), Math.ceil(surelyDark.to / step)];
  const dark = median(rays.flatMap(({ beyond }) => numbers(beyond.slice(from, to))));
  const around = rays.flatMap(({ beyond, before }) => numbers([...beyond, ...before]));
  const lit = median(around.filter((light) => light > dark * litAgain));
  // The darkest shade is not quite black, or its share of the light would say nothing.
  return dark < clearShade * lit ? Math.sqrt(Math.max(4, dark) * lit) : null;
}

/** m to where a shadow ends; `blocked` where that cannot be seen, `endless` where it does not end. */
function endOf(samples: readonly Sample[], step: number, threshold: number): number | 'blocked' | 'endless' {
  let lastDark = -1;
  for (const [i, sample] of samples.entries()) {
    if (typeof sample !== 'number') return 'blocked';
    if (sample < threshold) lastDark = i;
    else if (lastDark < 0 ? i * step > lightAtWall : (i - lastDark) * step > glint) {
      return lastDark < 0 ? 0 : crossing(samples, lastDark, threshold) * step;
    }
  }
  return 'endless';
}

/** Where between a dark sample and the next, lit one the threshold lies; samples are counted from 1. */
function crossing(samples: readonly Sample[], last: number, threshold: number): number {
  const [dark, lit] = [samples[last] as number, samples[last + 1] as number];
  return last + 1 + (threshold - dark) / (lit - dark);
}

/** The densest run of sorted values no wider than twice `reach`; of equals the lowest. */
function mostAgreeing(
  sorted: Float64Array,
  reach: number,
): { readonly count: number; readonly mean: number } {
  let best = { count: 0, mean: NaN };
  let [from, sum] = [0, 0];
  for (let to = 0; to < sorted.length; to++) {
    sum += sorted[to]!;
    while (sorted[to]! - sorted[from]! > 2 * reach) sum -= sorted[from++]!;
    const count = to - from + 1;
    if (count > best.count) best = { count, mean: sum / count };
  }
  return best;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? NaN;
}
