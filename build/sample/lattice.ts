import { add, direction, point, type Box, type Point, type Quad } from './geometry';
import { hash, smoothNoise } from './random';

/** What stands on a block of land. */
export type LandUse =
  'town' | 'works' | 'homes' | 'park' | 'site' | 'farm' | 'field' | 'meadow' | 'orchard' | 'forest' | 'pond';

/** What runs along a side of a block. */
export type WayKind = 'main' | 'street' | 'track' | 'river' | 'none';

export interface Way {
  readonly kind: WayKind;
  readonly from: Point;
  readonly to: Point;
  /** m, half of the carriageway or of the water */
  readonly halfWidth: number;
  /** m, half of the strip that is kept free of everything else */
  readonly halfStrip: number;
}

/** m between the lines of the lattice */
const ACROSS = 176;
const DOWN = 82;
/** m that a node is moved at most */
const MOVED_AT_MOST = 60;
const ANGLE = 0.24;

/**
 * The plan of an endless landscape: a turned, gently bent lattice whose lines carry roads and rivers and whose cells carry a
 * use. Everything follows from the seed and a cell's numbers, so that any part can be drawn without the rest.
 */
export class Lattice {
  readonly #seed: number;
  readonly #shift: Point;

  constructor(seed: number) {
    this.#seed = seed;
    this.#shift = this.#findStart();
  }

  node(i: number, j: number): Point {
    const [cos, sin] = [Math.cos(ANGLE), Math.sin(ANGLE)];
    const straight = point(i * ACROSS * cos - j * DOWN * sin, i * ACROSS * sin + j * DOWN * cos);
    const bend = (which: number): number =>
      (smoothNoise(this.#seed + which, straight.x, straight.y, 900) - 0.5) * 2;
    const jitter = (which: number): number => (hash(this.#seed, i, j, which) / 2 ** 32 - 0.5) * 9;
    return add(
      straight,
      point(bend(11) * 50 + jitter(1) - this.#shift.x, bend(12) * 50 + jitter(2) - this.#shift.y),
    );
  }

  cell(i: number, j: number): Quad {
    return [this.node(i, j), this.node(i + 1, j), this.node(i + 1, j + 1), this.node(i, j + 1)];
  }

  /** The numbers of the cells that can lie within `margin` metres of a box, and of some that do not. */
  *cellsNear(box: Box, margin: number): Generator<readonly [number, number], void, undefined> {
    const reach = margin + MOVED_AT_MOST;
    const [cos, sin] = [Math.cos(ANGLE), Math.sin(ANGLE)];
    const xs = [box.left - reach + this.#shift.x, box.right + reach + this.#shift.x];
    const ys = [box.top - reach + this.#shift.y, box.bottom + reach + this.#shift.y];
    const is = xs.flatMap((x) => ys.map((y) => (x * cos + y * sin) / ACROSS));
    const js = xs.flatMap((x) => ys.map((y) => (-x * sin + y * cos) / DOWN));
    for (let j = Math.floor(Math.min(...js)) - 1; j <= Math.max(...js); j++) {
      for (let i = Math.floor(Math.min(...is)) - 1; i <= Math.max(...is); i++) yield [i, j];
    }
  }

  use(i: number, j: number): LandUse {
    const x = i * ACROSS;
    const y = j * DOWN;
    const built =
      0.7 * smoothNoise(this.#seed + 1, x, y, 1300) + 0.3 * smoothNoise(this.#seed + 2, x, y, 420);
    const wooded =
      0.65 * smoothNoise(this.#seed + 3, x, y, 700) + 0.35 * smoothNoise(this.#seed + 4, x, y, 260);
    const die = hash(this.#seed, i, j, 3) / 2 ** 32;
    if (built > 0.66) return die < 0.4 ? 'town' : die < 0.62 ? 'works' : die < 0.9 ? 'homes' : 'park';
    if (built > 0.46) return die < 0.84 ? 'homes' : die < 0.9 ? 'park' : die < 0.95 ? 'site' : 'works';
    if (wooded > 0.55) return 'forest';
    if (wooded > 0.48) return die < 0.35 ? 'meadow' : die < 0.6 ? 'orchard' : 'forest';
    return die < 0.62
      ? 'field'
      : die < 0.8
        ? 'meadow'
        : die < 0.87
          ? 'farm'
          : die < 0.93
            ? 'orchard'
            : 'pond';
  }

  /** The way along the top of a cell, from its top left node. It ends at a river's bank where no bridge goes on. */
  wayAcross(i: number, j: number): Way {
    const kind = this.#kindAcross(i, j);
    const [from, to] = [this.node(i, j), this.node(i + 1, j)];
    const along = direction(from, to);
    const [halfWidth] = WIDTHS[kind];
    const endsAt = (river: boolean, beyond: WayKind): number =>
      river && !(ROADS.has(kind) && ROADS.has(beyond)) ? WIDTHS.river[0] + BANK + halfWidth : 0;
    const atStart = endsAt(isRiverLine(i), this.#kindAcross(i - 1, j));
    const atEnd = endsAt(isRiverLine(i + 1), this.#kindAcross(i + 1, j));
    return way(kind, add(from, along, atStart), add(to, along, -atEnd));
  }

  #kindAcross(i: number, j: number): WayKind {
    if (modulo(j, 9) === 4) return 'main';
    if (this.#isBuilt(i, j) || this.#isBuilt(i, j - 1)) return 'street';
    return hash(this.#seed, i >> 2, j, 4) % 100 < 34 ? 'track' : 'none';
  }

  /** The way down the left side of a cell, from its top left node. */
  wayDown(i: number, j: number): Way {
    const kind = ((): WayKind => {
      if (isRiverLine(i)) return 'river';
      if (modulo(i, 6) === 1) return 'main';
      if (this.#isBuilt(i, j) || this.#isBuilt(i - 1, j)) return 'street';
      return 'none';
    })();
    return way(kind, this.node(i, j), this.node(i, j + 1));
  }

  #isBuilt(i: number, j: number): boolean {
    return BUILT.has(this.use(i, j));
  }

  /** A place where small pictures show a bit of everything: homes first, and forest, fields and other uses near. */
  #findStart(): Point {
    const near = cellsAtStart(300);
    const around = cellsAtStart(1000);
    let best = { score: -1, i: 0, j: 0 };
    for (let attempt = 0; attempt < 1000; attempt++) {
      const i = (hash(this.#seed, attempt, 21) % 4000) - 2000;
      const j = (hash(this.#seed, attempt, 22) % 4000) - 2000;
      const uses = near.map(([di, dj]) => this.use(i + di, j + dj));
      const homes = uses.filter((use) => use === 'homes').length;
      const wanted = [uses.includes('forest'), uses.includes('field'), uses.includes('pond')];
      const built = around.filter(([di, dj]) => this.#isBuilt(i + di, j + dj)).length / around.length;
      const score =
        2 * Math.min(homes, 3) +
        new Set(uses).size +
        2 * wanted.filter(Boolean).length -
        12 * Math.abs(built - 0.55);
      if (score > best.score) best = { score, i, j };
    }
    const [cos, sin] = [Math.cos(ANGLE), Math.sin(ANGLE)];
    const { i, j } = best;
    return point(i * ACROSS * cos - j * DOWN * sin, i * ACROSS * sin + j * DOWN * cos);
  }
}

/** The cells, counted from the one at the start, whose middle lies within a picture of so many metres. */
function cellsAtStart(size: number): [number, number][] {
  const [cos, sin] = [Math.cos(ANGLE), Math.sin(ANGLE)];
  const cells: [number, number][] = [];
  for (let j = -Math.ceil(size / DOWN); j < size / DOWN + 1; j++) {
    for (let i = 0; i < (1.3 * size) / ACROSS; i++) {
      const x = (i + 0.5) * ACROSS * cos - (j + 0.5) * DOWN * sin;
      const y = (i + 0.5) * ACROSS * sin + (j + 0.5) * DOWN * cos;
      if (x > 0 && x < size && y > 0 && y < size) cells.push([i, j]);
    }
  }
  return cells;
}

const BUILT: ReadonlySet<LandUse> = new Set<LandUse>(['town', 'works', 'homes', 'site', 'park']);

const WIDTHS: Readonly<Record<WayKind, readonly [number, number]>> = {
  main: [4.6, 8.6],
  street: [2.9, 5],
  track: [1.5, 2.4],
  river: [9, 15],
  none: [0, 0.4],
};

const ROADS: ReadonlySet<WayKind> = new Set<WayKind>(['main', 'street']);

/** m of reeds on both sides of a river */
export const BANK = 2;

const isRiverLine = (i: number): boolean => modulo(i, 16) === 11;

function way(kind: WayKind, from: Point, to: Point): Way {
  const [halfWidth, halfStrip] = WIDTHS[kind];
  return { kind, from, to, halfWidth, halfStrip };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
