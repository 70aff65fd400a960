import type { MaskBand, ObjectRules } from '../models/types';
import { Cores, LEVELS, levelOf, type LeastPixels } from './cores';
import { growInto } from './grow';

/** Rows of numbered objects: 0 is none. */
export interface LabelBand {
  readonly height: number;
  /** width·height numbers, row by row */
  readonly classes: Int32Array;
}

/** Sums over the objects' pixels, for the mean probability of each. */
class Confidence {
  readonly #sums: Float64Array;
  readonly #pixels: Float64Array;

  constructor(parts: number) {
    this.#sums = new Float64Array(parts + 1);
    this.#pixels = new Float64Array(parts + 1);
  }

  add(part: number, packed: number): void {
    this.#sums[part]! += (packed >> 4) + 0.5;
    this.#pixels[part]! += 1;
  }

  /** 0–1, the mean probability over the object's pixels. */
  of(part: number): number {
    return this.#sums[part]! / (this.#pixels[part]! * LEVELS);
  }
}

export interface Objects {
  readonly bands: AsyncGenerator<LabelBand, void, undefined>;
  /** 0–1; final for an object whose last row was given. */
  readonly confidence: (part: number) => number;
}

/**
 * Objects of packed probabilities: where the interior is likelier than `core` lies the core of an object (or several: see `Cores`),
 * and it grows by up to `reach` pixels into what is likelier than `threshold` to be an object at all. What has no core is left
 * out. The picture is read twice; the objects do not depend on how it is cut into bands.
 */
export async function objectsOf(
  open: () => AsyncIterable<MaskBand> | Iterable<MaskBand>,
  width: number,
  rules: ObjectRules,
  least: LeastPixels,
): Promise<Objects> {
  const cores = new Cores(width, rules);
  for await (const band of open()) {
    for (let y = 0; y < band.height; y++) cores.add(rowOf(band, y));
  }
  const { count, number } = cores.finish(least);
  const confidence = new Confidence(count);

  const numbered = (band: MaskBand): Int32Array => {
    const numbers = new Int32Array(width * band.height);
    for (let y = 0; y < band.height; y++)
      number(rowOf(band, y), numbers.subarray(y * width, (y + 1) * width));
    return numbers;
  };

  async function* bands(): AsyncGenerator<LabelBand, void, undefined> {
    const given: MaskBand[] = [];
    const numbers: Int32Array[] = [];
    const grown = (at: number): LabelBand => {
      const band = given[at]!;
      const block = around(given, numbers, at, rules.reach, width);
      growInto(block.numbers, block.packed, width, rules.reach, levelOf(rules.threshold) << 4);
      const classes = block.numbers.subarray(block.before * width, (block.before + band.height) * width);
      for (let i = 0; i < classes.length; i++) {
        if (classes[i] !== 0) confidence.add(classes[i]!, band.classes[i]!);
      }
      return { height: band.height, classes };
    };
    for await (const band of tall(open(), width, rules.reach)) {
      given.push(band);
      numbers.push(numbered(band));
      if (given.length < 2) continue;
      yield grown(given.length - 2);
      if (given.length === 3) {
        given.shift();
        numbers.shift();
      }
    }
    if (given.length > 0) yield grown(given.length - 1);
  }
  return { bands: bands(), confidence: (part) => confidence.of(part) };
}

function rowOf(band: MaskBand, y: number): Uint8Array {
  return band.classes.subarray(y * band.width, (y + 1) * band.width);
}

/** A band with `reach` rows of its neighbours above and below it. */
function around(
  given: readonly MaskBand[],
  numbers: readonly Int32Array[],
  at: number,
  reach: number,
  width: number,
): { readonly numbers: Int32Array; readonly packed: Uint8Array; readonly before: number } {
  const before = at > 0 ? Math.min(reach, given[at - 1]!.height) : 0;
  const after = at + 1 < given.length ? Math.min(reach, given[at + 1]!.height) : 0;
  const rows = before + given[at]!.height + after;
  const all = { numbers: new Int32Array(rows * width), packed: new Uint8Array(rows * width), before };
  const put = (index: number, from: number, to: number, row: number): void => {
    all.numbers.set(numbers[index]!.subarray(from * width, to * width), row * width);
    all.packed.set(given[index]!.classes.subarray(from * width, to * width), row * width);
  };
  if (before > 0) put(at - 1, given[at - 1]!.height - before, given[at - 1]!.height, 0);
  put(at, 0, given[at]!.height, before);
  if (after > 0) put(at + 1, 0, after, before + given[at]!.height);
  return all;
}

/** Bands of at least `least` rows each, the last one apart, so that what a band needs lies in its neighbours. */
async function* tall(
  bands: AsyncIterable<MaskBand> | Iterable<MaskBand>,
  width: number,
  least: number,
): AsyncGenerator<MaskBand, void, undefined> {
  let held: MaskBand | null = null;
  for await (const band of bands) {
    held = held ? stacked(held, band, width) : band;
    if (held.height < least) continue;
    yield held;
    held = null;
  }
  if (held) yield held;
}

function stacked(upper: MaskBand, lower: MaskBand, width: number): MaskBand {
  const height = upper.height + lower.height;
  const classes = new Uint8Array(width * height);
  classes.set(upper.classes);
  classes.set(lower.classes, width * upper.height);
  return { y: upper.y, width, height, classes };
}
