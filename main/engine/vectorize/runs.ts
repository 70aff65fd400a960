/** Pixels side by side in one row: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Pixels side by side in one row that belong together, and the number given to them. */
export interface Run extends Span {
  readonly label: number;
}

/**
 * Numbers for the parts of a picture that hang together (4-connected), row by row from the top. The first reading finds
 * which numbers mean the same part, a second one over the same rows says the part of each pixel: memory follows the number of parts,
 * not the picture.
 */
export class RunLabels {
  #parent = new Int32Array(1024);
  #pixels = new Int32Array(1024);
  #count = 1;
  #above: Run[] = [];

  /** Takes the next row: those pixels of the spans `within` (all by default) for which `inside` is not 0. Spans do not touch. */
  add(inside: Uint8Array, within: readonly Span[] = [{ start: 0, end: inside.length }]): readonly Run[] {
    const runs: Run[] = [];
    let next = 0;
    for (const span of within) next = this.#addSpan(inside, span, runs, next);
    this.#above = runs;
    return runs;
  }

  /** Adds the runs of one span; `next` is the first run above that can touch what comes. */
  #addSpan(inside: Uint8Array, { start: from, end: to }: Span, runs: Run[], first: number): number {
    const above = this.#above;
    let next = first;
    for (let x = from; x < to; x++) {
      if (inside[x] === 0) continue;
      const start = x;
      while (x < to && inside[x] !== 0) x++;
      while (next < above.length && above[next]!.end <= start) next++;
      let label = 0;
      for (let i = next; i < above.length && above[i]!.start < x; i++) {
        if (label === 0) label = above[i]!.label;
        else this.#join(label, above[i]!.label);
      }
      if (label === 0) label = this.#create();
      this.#pixels[label]! += x - start;
      runs.push({ start, end: x, label });
    }
    return next;
  }

  /** Ends the first reading: the number of each part, from 1, by the labels that runs have; parts under `least` pixels are 0. */
  finish(least: number): { readonly partOf: Int32Array; readonly parts: number } {
    const sums = new Int32Array(this.#count);
    for (let label = 1; label < this.#count; label++) sums[this.#root(label)]! += this.#pixels[label]!;
    const partOf = new Int32Array(this.#count);
    let parts = 0;
    for (let label = 1; label < this.#count; label++) {
      const root = this.#root(label);
      if (root === label) partOf[label] = sums[label]! >= least ? ++parts : 0;
      else partOf[label] = partOf[root]!;
    }
    return { partOf, parts };
  }

  #create(): number {
    if (this.#count === this.#parent.length) {
      this.#parent = longer(this.#parent);
      this.#pixels = longer(this.#pixels);
    }
    this.#parent[this.#count] = this.#count;
    return this.#count++;
  }

  #root(label: number): number {
    const parent = this.#parent;
    let at = label;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  /** The smaller number stands for both, so that a root comes before all that mean the same. */
  #join(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    if (one < other) this.#parent[other] = one;
    else this.#parent[one] = other;
  }
}

function longer(old: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(old.length * 2);
  grown.set(old);
  return grown;
}
