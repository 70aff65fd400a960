import type { GroundGrid, Rings } from './raster';

export interface Score {
  readonly objects: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Intersection over union of all pixels. */
  readonly iou: number;
  /** m; the mean distance from the outlines of objects that match to the true ones. Null where none matches. */
  readonly offset: number | null;
}

interface Pair {
  readonly found: number;
  readonly truth: number;
  readonly iou: number;
}

/** How well polygons match the truth: an object is found where one covers it with an IoU above 0.5. */
export function score(found: readonly Rings[], truth: readonly Rings[], grid: GroundGrid): Score {
  const [a, b] = [grid.draw(found), grid.draw(truth)];
  const foundSizes = new Float64Array(found.length + 1);
  const trueSizes = new Float64Array(truth.length + 1);
  const shared = new Map<number, number>();
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i]!, b[i]!];
    if (one === 0 && other === 0) continue;
    either++;
    foundSizes[one]! += 1;
    trueSizes[other]! += 1;
    if (one === 0 || other === 0) continue;
    both++;
    const key = one * (truth.length + 1) + other;
    shared.set(key, (shared.get(key) ?? 0) + 1);
  }
  const pairs: Pair[] = [];
  for (const [key, pixels] of shared) {
    const one = Math.floor(key / (truth.length + 1));
    const other = key % (truth.length + 1);
    const iou = pixels / (foundSizes[one]! + trueSizes[other]! - pixels);
    if (iou > 0.5) pairs.push({ found: one - 1, truth: other - 1, iou });
  }
  // What is cut to less than 5 m² by the border of the part that is looked at does not count on either side.
  const least = 5 / grid.pixel ** 2;
  const counted = (sizes: Float64Array): number => sizes.subarray(1).filter((size) => size >= least).length;
  const [nFound, nTrue] = [counted(foundSizes), counted(trueSizes)];
  return {
    objects: nTrue,
    precision: pairs.length / Math.max(1, nFound),
    recall: pairs.length / Math.max(1, nTrue),
    f1: (2 * pairs.length) / Math.max(1, nFound + nTrue),
    iou: both / Math.max(1, either),
    offset: offsetOf(pairs, found, truth, grid),
  };
}

/** The mean distance (m) of points every half metre along outlines that were found from the nearest true outline. */
function offsetOf(
  pairs: readonly Pair[],
  found: readonly Rings[],
  truth: readonly Rings[],
  grid: GroundGrid,
): number | null {
  let [sum, count] = [0, 0];
  for (const pair of pairs) {
    const edges = segments(truth[pair.truth]!, grid);
    for (const [x0, y0, x1, y1] of segments(found[pair.found]!, grid)) {
      const steps = Math.max(1, Math.round((Math.hypot(x1 - x0, y1 - y0) * grid.pixel) / 0.5));
      for (let i = 0; i < steps; i++) {
        const [x, y] = [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps];
        sum += Math.min(...edges.map((edge) => distance(x, y, edge)));
        count++;
      }
    }
  }
  return count === 0 ? null : (sum / count) * grid.pixel;
}

type Segment = readonly [number, number, number, number];

function segments(rings: Rings, grid: GroundGrid): Segment[] {
  return rings.flatMap((ring) =>
    ring.slice(1).map((position, i): Segment => [...grid.place(ring[i]!), ...grid.place(position)] as const),
  );
}

function distance(x: number, y: number, [x0, y0, x1, y1]: Segment): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

/** The share of boxes that a polygon's own box matches with an IoU of at least `at`, the best pairs first. */
export function boxRecall(
  found: readonly Rings[],
  truth: readonly Rings[],
  grid: GroundGrid,
  at = 0.4,
): number {
  const boxes = found.map((rings) => boxOf(rings, grid));
  const pairs = truth.flatMap((rings, t) => {
    const wanted = boxOf(rings, grid);
    return boxes.map((box, f) => ({ t, f, iou: boxIou(box, wanted) })).filter(({ iou }) => iou >= at);
  });
  pairs.sort((a, b) => b.iou - a.iou);
  const [usedTruth, usedFound] = [new Set<number>(), new Set<number>()];
  for (const { t, f } of pairs) {
    if (usedTruth.has(t) || usedFound.has(f)) continue;
    usedTruth.add(t);
    usedFound.add(f);
  }
  return usedTruth.size / Math.max(1, truth.length);
}

function boxOf(rings: Rings, grid: GroundGrid): Segment {
  const points = rings.flat().map((position) => grid.place(position));
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function boxIou(a: Segment, b: Segment): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Segment): number => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}
