/** Lines that meet in nodes, made of a skeleton's pixels. Coordinates are px of the mask, (0, 0) its top left corner. */
import type { Skeleton } from './skeleton';

export interface Node {
  x: number;
  y: number;
  /** px, to the edge of the mask */
  radius: number;
  readonly lines: Set<Line>;
}

/** A line from node to node; its points include both ends. */
export interface Line {
  from: Node;
  to: Node;
  /** x0, y0, x1, y1, … */
  points: number[];
  /** px, one for each point that was seen */
  radii: number[];
  /** px, how much of it bridges what was not seen */
  bridged: number;
}

/** Lines and the nodes at their ends; whatever changes it keeps both in step. Order is that of the pixels. */
export class Network {
  readonly lines = new Set<Line>();

  add(line: Line): void {
    this.lines.add(line);
    line.from.lines.add(line);
    line.to.lines.add(line);
  }

  remove(line: Line): void {
    this.lines.delete(line);
    line.from.lines.delete(line);
    line.to.lines.delete(line);
  }

  nodes(): Set<Node> {
    const nodes = new Set<Node>();
    for (const { from, to } of this.lines) nodes.add(from).add(to);
    return nodes;
  }

  /** Lines that meet two by two become one. */
  join(): void {
    for (const node of this.nodes()) {
      if (node.lines.size !== 2) continue;
      const [one, other] = [...node.lines] as [Line, Line];
      if (one.from === one.to || other.from === other.to) continue;
      this.remove(one);
      this.remove(other);
      const before = one.to === node ? one : turned(one);
      const after = other.from === node ? other : turned(other);
      this.add({
        from: before.from,
        to: after.to,
        points: [...before.points, ...after.points.slice(2)],
        radii: [...before.radii, ...after.radii],
        bridged: before.bridged + after.bridged,
      });
    }
  }
}

/** How many ends of lines meet in a node. */
export function degree(node: Node): number {
  let count = 0;
  for (const { from, to } of node.lines) count += from === to ? 2 : 1;
  return count;
}

export function lengthOf({ points }: Line): number {
  let length = 0;
  for (let i = 2; i < points.length; i += 2) {
    length += Math.hypot(points[i]! - points[i - 2]!, points[i + 1]! - points[i - 1]!);
  }
  return length;
}

/** px, the median along the line: crossings and mouths do not count for more than their length. */
export function widthOf({ radii }: Line): number {
  const sorted = [...radii].sort((a, b) => a - b);
  return 2 * (sorted[sorted.length >> 1] ?? 0);
}

/** The same line from its other end. */
export function turned(line: Line): Line {
  const points: number[] = [];
  for (let i = line.points.length - 2; i >= 0; i -= 2) points.push(line.points[i]!, line.points[i + 1]!);
  return { ...line, from: line.to, to: line.from, points, radii: [...line.radii].reverse() };
}

export function networkOf(skeleton: Skeleton): Network {
  return new Tracer(skeleton).trace();
}

class Tracer {
  readonly #rows: Int32Array;
  readonly #seen: Uint8Array;
  readonly #nodes = new Map<number, Node>();
  readonly #network = new Network();

  constructor(private readonly skeleton: Skeleton) {
    const { starts, xs } = skeleton;
    this.#rows = new Int32Array(xs.length);
    this.#seen = new Uint8Array(xs.length);
    for (let y = 0; y + 1 < starts.length; y++) this.#rows.fill(y, starts[y], starts[y + 1]);
  }

  trace(): Network {
    const { xs } = this.skeleton;
    for (let i = 0; i < xs.length; i++) {
      const beside = this.#beside(i);
      if (beside.length === 2 || beside.length === 0) continue;
      for (const next of beside) this.#follow(i, next);
    }
    // What is left hangs together in rings, without an end or a crossing.
    for (let i = 0; i < xs.length; i++) {
      const beside = this.#beside(i);
      if (this.#seen[i] === 1 || this.#nodes.has(i) || beside.length !== 2) continue;
      this.#seen[i] = 1;
      this.#node(i);
      this.#follow(i, beside[0]!);
    }
    return this.#network;
  }

  #follow(start: number, second: number): void {
    const chain = [start];
    let before = start;
    let at = second;
    while (at !== start && !this.#nodes.has(at)) {
      const beside = this.#beside(at);
      if (beside.length !== 2) break;
      if (this.#seen[at] === 1) return;
      this.#seen[at] = 1;
      chain.push(at);
      const next = beside[0] === before ? beside[1]! : beside[0]!;
      before = at;
      at = next;
    }
    // Two nodes side by side are seen from both.
    if (chain.length === 1 && at < start) return;
    chain.push(at);
    const { xs, radii } = this.skeleton;
    this.#network.add({
      from: this.#node(start),
      to: this.#node(at),
      points: chain.flatMap((i) => [xs[i]! + 0.5, this.#rows[i]! + 0.5]),
      radii: chain.map((i) => radii[i]!),
      bridged: 0,
    });
  }

  #node(i: number): Node {
    const known = this.#nodes.get(i);
    if (known) return known;
    const { xs, radii } = this.skeleton;
    const node = { x: xs[i]! + 0.5, y: this.#rows[i]! + 0.5, radius: radii[i]!, lines: new Set<Line>() };
    this.#nodes.set(i, node);
    return node;
  }

  /** Pixels that touch by a side, and by a corner where no side leads there. */
  #beside(i: number): number[] {
    const y = this.#rows[i]!;
    const x = this.skeleton.xs[i]!;
    const found: number[] = [];
    const put = (index: number): boolean => {
      if (index >= 0) found.push(index);
      return index >= 0;
    };
    const up = put(this.#at(x, y - 1));
    const left = put(this.#at(x - 1, y));
    const right = put(this.#at(x + 1, y));
    const down = put(this.#at(x, y + 1));
    if (!up && !left) put(this.#at(x - 1, y - 1));
    if (!up && !right) put(this.#at(x + 1, y - 1));
    if (!down && !left) put(this.#at(x - 1, y + 1));
    if (!down && !right) put(this.#at(x + 1, y + 1));
    return found;
  }

  /** The pixel at a place, or -1. */
  #at(x: number, y: number): number {
    const { starts, xs } = this.skeleton;
    let low = starts[y] ?? 0;
    let high = y < 0 ? 0 : (starts[y + 1] ?? low);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (xs[middle]! < x) low = middle + 1;
      else high = middle;
    }
    return y >= 0 && y + 1 < starts.length && low < starts[y + 1]! && xs[low] === x ? low : -1;
  }
}
