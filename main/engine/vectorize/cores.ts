import type { ObjectRules } from '../models/types';
import { RunLabels, type Run } from './runs';

/** Levels that probabilities are kept in: see `packProbabilities`. */
export const LEVELS = 16;

/** px */
export interface LeastPixels {
  /** A core of its own. */
  readonly core: number;
  /** A part of a core that stands for an object of its own. */
  readonly part: number;
}

export interface NumberedCores {
  readonly count: number;
  /** Writes the number of each pixel's core, 0 where there is none; takes the rows once more, from the top. */
  readonly number: (packed: Uint8Array, into: Int32Array) => void;
}

/**
 * The cores of a picture of packed probabilities. Where a higher level of the interior's probability parts a core into several
 * that are large enough, these take its place: houses wall to wall hang together at one level and lie apart at another. What lies
 * apart at no level stays one. Rows come twice, from the top; memory follows the number of cores.
 */
export class Cores {
  readonly #object: number;
  readonly #levels: readonly number[];
  readonly #labels: readonly RunLabels[];
  /** By level and label: the label of the level below that it lies in. */
  readonly #below: number[][];
  readonly #inside: Uint8Array;

  constructor(width: number, { threshold, core, splits = [] }: ObjectRules) {
    this.#object = levelOf(threshold);
    this.#levels = [core, ...splits].map(levelOf);
    this.#labels = this.#levels.map(() => new RunLabels());
    this.#below = this.#levels.map(() => []);
    this.#inside = new Uint8Array(width);
  }

  /** Takes the next row of the first reading. */
  add(packed: Uint8Array): void {
    let below: readonly Run[] | undefined;
    this.#levels.forEach((_, level) => {
      const runs = this.#runs(packed, level, this.#labels[level]!, below);
      const links = this.#below[level]!;
      let at = 0;
      if (below) {
        for (const { start, label } of runs) {
          while (below[at]!.end <= start) at++;
          links[label] = below[at]!.label;
        }
      }
      below = runs;
    });
  }

  finish(least: LeastPixels): NumberedCores {
    const parts = this.#labels.map((labels, level) => labels.finish(level === 0 ? least.core : least.part));
    const numbers = new Numbers();
    let owners = numbers.first(parts[0]!.parts);
    const own = [owners];
    for (let level = 1; level < parts.length; level++) {
      const within = new Int32Array(parts[level]!.parts + 1);
      const { partOf } = parts[level]!;
      this.#below[level]!.forEach((below, label) => {
        if (partOf[label] !== 0) within[partOf[label]!] = owners[parts[level - 1]!.partOf[below]!]!;
      });
      const next = numbers.split(within);
      own.push(next.made);
      owners = next.owners;
    }
    const { count, final } = numbers.compact();
    const second = this.#levels.map(() => new RunLabels());
    return {
      count,
      number: (packed, into) => {
        into.fill(0);
        let runs: readonly Run[] | undefined;
        this.#levels.forEach((_, level) => {
          runs = this.#runs(packed, level, second[level]!, runs);
          for (const { start, end, label } of runs) {
            const number = final[own[level]![parts[level]!.partOf[label]!]!]!;
            if (number !== 0) into.fill(number, start, end);
          }
        });
      },
    };
  }

  /** The runs of a level; those of the level below are all that has to be looked at. */
  #runs(packed: Uint8Array, level: number, labels: RunLabels, below?: readonly Run[]): readonly Run[] {
    const inside = this.#inside;
    const object = this.#object << 4;
    const least = this.#levels[level]!;
    const within = below ?? [{ start: 0, end: inside.length }];
    for (const { start, end } of within) {
      for (let x = start; x < end; x++) {
        const value = packed[x]!;
        inside[x] = value >= object && (value & 15) >= least ? 1 : 0;
      }
    }
    return labels.add(inside, within);
  }
}

/** Numbers of cores, some of which give way to several others. */
class Numbers {
  #made = 1;
  readonly #gone = new Set<number>();

  /** Numbers by part, one for each. */
  first(parts: number): Int32Array {
    const made = Int32Array.from({ length: parts + 1 }, (_, part) => part);
    this.#made = parts + 1;
    return made;
  }

  /** `within`: by part, the core that it lies in. Cores with several parts give way to them. */
  split(within: Int32Array): { readonly owners: Int32Array; readonly made: Int32Array } {
    const inside = new Int32Array(this.#made);
    for (let part = 1; part < within.length; part++) inside[within[part]!]! += 1;
    const owners = new Int32Array(within.length);
    const made = new Int32Array(within.length);
    for (let part = 1; part < within.length; part++) {
      const owner = within[part]!;
      if (owner === 0) continue;
      if (inside[owner]! > 1) {
        this.#gone.add(owner);
        made[part] = this.#made++;
      }
      owners[part] = made[part] || owner;
    }
    return { owners, made };
  }

  /** Numbers from 1 on by the numbers given so far; 0 for those that gave way. */
  compact(): { readonly count: number; readonly final: Int32Array } {
    const final = new Int32Array(this.#made);
    let count = 0;
    for (let number = 1; number < this.#made; number++) if (!this.#gone.has(number)) final[number] = ++count;
    return { count, final };
  }
}

export function levelOf(share: number): number {
  return Math.round(share * LEVELS);
}
