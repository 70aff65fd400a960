import type { Ring } from './chains';

/** Pixels of one value that touch by their sides, as far as the rows seen reach. */
export interface Component {
  readonly value: number;
  pixels: number;
  rings: Ring[];
}

/**
 * Labels of 4-connected components, row by row, with union-find. Labels are used again once nothing refers to them, so memory
 * follows the components that are open.
 */
export class Components {
  #parent: number[] = [];
  #component: (Component | null)[] = [];
  #free: number[] = [];
  #merged: number[] = [];
  #seenInRow: number[] = [];
  #labels: Int32Array;
  #next: Int32Array;
  #row = 0;

  constructor(private readonly width: number) {
    this.#labels = new Int32Array(width).fill(-1);
    this.#next = new Int32Array(width).fill(-1);
  }

  /** The component of a pixel in the row before the one that `add` was last called with. */
  above(x: number): Component {
    return this.#component[this.#find(this.#labels[x]!)]!;
  }

  /** Labels a row below `previous`; `finishRow` must follow. */
  add(previous: Int32Array, row: Int32Array): void {
    const next = this.#next;
    for (let x = 0; x < this.width; x++) {
      const value = row[x]!;
      if (value === 0) continue;
      const up = previous[x] === value ? this.#find(this.#labels[x]!) : -1;
      const left = x > 0 && row[x - 1] === value ? this.#find(next[x - 1]!) : -1;
      const label = up >= 0 && left >= 0 && up !== left ? this.#union(up, left) : Math.max(up, left);
      const own = label >= 0 ? label : this.#create(value);
      next[x] = own;
      this.#component[own]!.pixels += 1;
    }
  }

  /** The components of `previous` that do not reach into `row`: they are complete. */
  finishRow(previous: Int32Array, row: Int32Array): Component[] {
    this.#row++;
    for (let x = 0; x < this.width; x++) {
      if (row[x] === 0) continue;
      const root = this.#find(this.#next[x]!);
      this.#next[x] = root;
      this.#seenInRow[root] = this.#row;
    }
    const complete: Component[] = [];
    for (let x = 0; x < this.width; x++) {
      if (previous[x] === 0) continue;
      const root = this.#find(this.#labels[x]!);
      const component = this.#component[root];
      if (!component || this.#seenInRow[root] === this.#row) continue;
      complete.push(component);
      this.#component[root] = null;
      this.#merged.push(root);
    }
    this.#free.push(...this.#merged.splice(0));
    [this.#labels, this.#next] = [this.#next, this.#labels];
    return complete;
  }

  #create(value: number): number {
    const label = this.#free.pop() ?? this.#parent.length;
    this.#parent[label] = label;
    this.#component[label] = { value, pixels: 0, rings: [] };
    this.#seenInRow[label] = 0;
    return label;
  }

  #find(label: number): number {
    const parent = this.#parent;
    while (parent[label] !== label) {
      parent[label] = parent[parent[label]!]!;
      label = parent[label]!;
    }
    return label;
  }

  /** The component with more rings takes over the other; labels of the other stay valid until the row is finished. */
  #union(a: number, b: number): number {
    const one = this.#component[a]!;
    const other = this.#component[b]!;
    const [kept, gone] = one.rings.length >= other.rings.length ? [a, b] : [b, a];
    const [into, from] = kept === a ? [one, other] : [other, one];
    into.pixels += from.pixels;
    for (const ring of from.rings) into.rings.push(ring);
    this.#parent[gone] = kept;
    this.#component[gone] = null;
    this.#merged.push(gone);
    return kept;
  }
}
