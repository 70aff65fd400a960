/** From a skeleton's lines to those of roads: crossings in one point, no spurs, ends at the roads' ends, gaps bridged. */
import Flatbush from 'flatbush';
import { degree, lengthOf, turned, widthOf, type Line, type Network, type Node } from './network';

/** Crossings that lie nearer than half the road's width are one. */
export function joinCrossings(network: Network): void {
  for (const line of [...network.lines]) {
    if (!network.lines.has(line)) continue;
    const { from, to } = line;
    const least = Math.max(from.radius, to.radius);
    if (from === to) {
      if (lengthOf(line) <= 4 * least && degree(from) > 2) network.remove(line);
      continue;
    }
    if (degree(from) < 3 || degree(to) < 3 || lengthOf(line) > least) continue;
    network.remove(line);
    for (const moved of [...to.lines]) {
      network.remove(moved);
      if (moved.from === to) moved.from = from;
      if (moved.to === to) moved.to = from;
      network.add(moved);
    }
    moveTo(from, (from.x + to.x) / 2, (from.y + to.y) / 2);
    from.radius = least;
  }
}

function moveTo(node: Node, x: number, y: number): void {
  node.x = x;
  node.y = y;
  for (const line of node.lines) {
    if (line.from === node) line.points.splice(0, 2, x, y);
    if (line.to === node) line.points.splice(-2, 2, x, y);
  }
}

/**
 * Takes off side lines that end before they leave the road: shorter than its width. A road's own end forks into its corners:
 * both go, and the line is led on to the end afterwards (`lengthenEnds`).
 */
export function pruneSpurs(network: Network): void {
  for (;;) {
    let pruned = 0;
    for (const node of network.nodes()) {
      if (degree(node) < 3) continue;
      const spurs = [...node.lines].filter((line) => isSpur(line, node));
      if (spurs.length === 0) continue;
      // A blot that is nothing but spurs keeps the longest two.
      const kept = Math.max(0, 2 - (node.lines.size - spurs.length));
      const all = node.lines.size === spurs.length;
      const gone = spurs
        .sort((a, b) => lengthOf(a) - lengthOf(b))
        .slice(0, all ? spurs.length - kept : undefined);
      for (const line of gone) network.remove(line);
      pruned += gone.length;
    }
    if (pruned === 0) return;
    network.join();
  }
}

function isSpur(line: Line, node: Node): boolean {
  if (line.from === line.to) return false;
  const tip = line.from === node ? line.to : line.from;
  if (degree(tip) !== 1) return false;
  const others = [...node.lines].filter((other) => other !== line).map(widthOf);
  const road = Math.max(2 * node.radius, ...others);
  const length = lengthOf(line);
  return length < road || (length < tongue * road && widthOf(line) < road / 2);
}

/** Side lines less than half as wide as the road go up to so many of its widths: ragged edges, not streets. */
const tongue = 3;

/** Lines end as far from a road's end as from its sides: they are led on, which stays inside the road. */
export function lengthenEnds(network: Network): void {
  for (const tip of ends(network)) {
    const { dx, dy } = tip.heading;
    const by = Math.max(0, tip.node.radius - 0.5);
    tip.outward.points.push(tip.node.x + dx * by, tip.node.y + dy * by);
    tip.node.x += dx * by;
    tip.node.y += dy * by;
    replace(network, tip, tip.outward);
  }
}

interface Tip {
  readonly node: Node;
  readonly line: Line;
  /** The same line, ending in the tip. */
  readonly outward: Line;
  readonly heading: { readonly dx: number; readonly dy: number };
}

function replace(network: Network, tip: Tip, by: Line): void {
  network.remove(tip.line);
  network.add(by);
}

/** Ends of lines, once for each line's end, as the network is at the time. */
function* ends(network: Network): Generator<Tip, void, undefined> {
  for (const node of network.nodes()) {
    const tip = tipAt(node);
    if (tip) yield tip;
  }
}

function tipAt(node: Node): Tip | null {
  const [line] = node.lines;
  if (!line || degree(node) !== 1) return null;
  const outward = line.to === node ? line : turned(line);
  return { node, line, outward, heading: headingOf(outward) };
}

/** The direction of a line's last stretch, some widths long. */
function headingOf({ points, to }: Line): { readonly dx: number; readonly dy: number } {
  const wanted = Math.max(8, 3 * to.radius);
  let [x, y] = [points[0]!, points[1]!];
  for (let i = points.length - 4; i >= 0; i -= 2) {
    [x, y] = [points[i]!, points[i + 1]!];
    if (Math.hypot(to.x - x, to.y - y) >= wanted) break;
  }
  const length = Math.hypot(to.x - x, to.y - y) || 1;
  return { dx: (to.x - x) / length, dy: (to.y - y) / length };
}

/** cos 30°: how well the ends' directions and the gap agree */
const sameDirection = Math.cos(Math.PI / 6);

/** Bridges gaps of up to `most` px between ends that head for each other; the shortest first, each end once. */
export function bridgeGaps(network: Network, most: number): void {
  const tips = [...ends(network)];
  if (tips.length < 2) return;
  const index = new Flatbush(tips.length);
  for (const { node } of tips) index.add(node.x, node.y, node.x, node.y);
  index.finish();
  const pairs: { readonly a: number; readonly b: number; readonly gap: number }[] = [];
  tips.forEach((tip, a) => {
    const { x, y } = tip.node;
    for (const b of index.search(x - most, y - most, x + most, y + most)) {
      const gap = b > a ? gapBetween(tip, tips[b]!) : null;
      if (gap !== null && gap <= most) pairs.push({ a, b, gap });
    }
  });
  pairs.sort((one, other) => one.gap - other.gap || one.a - other.a || one.b - other.b);
  const taken = new Set<number>();
  for (const { a, b, gap } of pairs) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    const [from, to] = [tips[a]!.node, tips[b]!.node];
    network.add({ from, to, points: [from.x, from.y, to.x, to.y], radii: [], bridged: gap });
  }
}

function gapBetween(one: Tip, other: Tip): number | null {
  const [dx, dy] = [other.node.x - one.node.x, other.node.y - one.node.y];
  const gap = Math.hypot(dx, dy);
  if (gap === 0) return 0;
  const there = (one.heading.dx * dx + one.heading.dy * dy) / gap;
  const back = -(other.heading.dx * dx + other.heading.dy * dy) / gap;
  // What is shorter than the gap does not tell where it heads.
  if (Math.min(lengthOf(one.line), lengthOf(other.line)) < gap) return null;
  return there >= sameDirection && back >= sameDirection ? gap : null;
}
