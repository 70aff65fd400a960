import Flatbush from 'flatbush';
import { areaOfRing, boxOf, Plane, type Box, type Point, type Position } from './plane';

/** What the classes of buildings are told by. */
export interface Measures {
  /** m², holes taken off */
  readonly area: number;
  /** m; sides of the smallest rectangle around the outline */
  readonly width: number;
  readonly length: number;
  /** 0–1; the share of that rectangle that the outline fills */
  readonly fill: number;
  /** Courts inside. */
  readonly holes: number;
  /** m; absent where no height is known */
  readonly height?: number;
  /** Other buildings within `reach`. */
  readonly neighbours: number;
  /** m²; the median of their areas, 0 without neighbours */
  readonly around: number;
  /** m²; the largest of those that stand within `near`, 0 without any */
  readonly beside: number;
}

/** m; what is about a building */
export const reach = 60;
/** m between outlines; an outbuilding stands this near to its house */
export const near = 15;

export interface Footprint {
  readonly rings: readonly (readonly Position[])[];
  readonly height?: number;
}

/** The measures of each footprint among all of them. */
export function measureAll(footprints: readonly Footprint[]): Measures[] {
  const [first] = footprints;
  if (!first) return [];
  const plane = new Plane(first.rings[0]?.[0] ?? [0, 0]);
  const shapes = footprints.map((footprint) => shapeOf(footprint, plane));
  const index = new Flatbush(shapes.length);
  for (const { box } of shapes) index.add(...box);
  index.finish();
  return shapes.map(({ box, ...own }, i) => {
    const within = (metres: number): number[] =>
      index
        .search(box[0] - metres, box[1] - metres, box[2] + metres, box[3] + metres, (j) => j !== i)
        .map((j) => shapes[j]!.area)
        .sort((a, b) => a - b);
    const about = within(reach);
    return {
      ...own,
      neighbours: about.length,
      around: about[about.length >> 1] ?? 0,
      beside: within(near).at(-1) ?? 0,
    };
  });
}

type Shape = Omit<Measures, 'neighbours' | 'around' | 'beside'> & { readonly box: Box };

function shapeOf({ rings, height }: Footprint, plane: Plane): Shape {
  const [outer = [], ...holes] = rings.map((ring) => ring.map((position) => plane.to(position)));
  const enclosed = areaOfRing(outer);
  const area = holes.reduce((sum, hole) => sum - areaOfRing(hole), enclosed);
  const [width, length] = smallestRectangle(outer);
  return {
    area,
    width,
    length,
    fill: width * length > 0 ? Math.min(1, enclosed / (width * length)) : 0,
    holes: holes.length,
    box: boxOf(outer),
    ...(height === undefined ? {} : { height }),
  };
}

/** Sides, the shorter first, of the rectangle of least area around points: one of its sides lies along one of the hull's. */
export function smallestRectangle(points: readonly Point[]): readonly [number, number] {
  const hull = hullOf(points);
  let best: readonly [number, number] = [0, 0];
  let least = Infinity;
  hull.forEach(([x1, y1], i) => {
    const [x2, y2] = hull[(i + 1) % hull.length]!;
    const side = Math.hypot(x2 - x1, y2 - y1);
    if (side === 0) return;
    const [ux, uy] = [(x2 - x1) / side, (y2 - y1) / side];
    const turned = hull.map(([x, y]): Point => [x * ux + y * uy, y * ux - x * uy]);
    const [west, south, east, north] = boxOf(turned);
    const sides = [east - west, north - south] as const;
    if (sides[0] * sides[1] >= least) return;
    least = sides[0] * sides[1];
    best = sides[0] < sides[1] ? sides : [sides[1], sides[0]];
  });
  return best;
}

/** The convex hull, counter-clockwise (Andrew's monotone chain). */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && !turnsLeft(chain[chain.length - 2]!, chain[chain.length - 1]!, point)) {
        chain.pop();
      }
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

function turnsLeft(a: Point, b: Point, c: Point): boolean {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0;
}
