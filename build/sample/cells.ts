import { add, boxOf, direction, distance, insetQuad, turned, type Ring } from './geometry';
import { fillFarm, fillField, fillForest, fillMeadow, fillOrchard, fillPond } from './country';
import { fillHomes } from './homes';
import type { Lattice, Way } from './lattice';
import { Plot, VEHICLE_COLOURS } from './plot';
import { hash, Random } from './random';
import type { Cell, Vehicle } from './scene';
import { fillPark, fillSite, fillTown, fillWorks } from './town';

const CELLS_KEPT = 4096;

/** m that shadows and crowns reach beyond a cell */
export const CELL_REACH = 26;

/** The cells of a landscape, each made when it is first asked for; the most recent ones are kept. */
export class Cells {
  readonly #kept = new Map<string, Cell>();

  constructor(
    readonly lattice: Lattice,
    readonly seed: number,
  ) {}

  get(i: number, j: number): Cell {
    const key = `${i} ${j}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const cell = makeCell(this.lattice, this.seed, i, j);
    if (this.#kept.size >= CELLS_KEPT) {
      const oldest = this.#kept.keys().next();
      if (!oldest.done) this.#kept.delete(oldest.value);
    }
    this.#kept.set(key, cell);
    return cell;
  }
}

function makeCell(lattice: Lattice, seed: number, i: number, j: number): Cell {
  const quad = lattice.cell(i, j);
  const top = lattice.wayAcross(i, j);
  const left = lattice.wayDown(i, j);
  const sides = [top, lattice.wayDown(i + 1, j), lattice.wayAcross(i, j + 1), left] as const;
  const [north, east, south, west] = sides;
  const strips = [north.halfStrip, east.halfStrip, south.halfStrip, west.halfStrip] as const;
  const plotQuad = insetQuad(quad, strips);
  const plot = new Plot(plotQuad, new Random(hash(seed, i, j, 7)));
  const use = lattice.use(i, j);
  const water = fill(plot, use, seed);
  const ways = [top, left];
  const vehicles = [...plot.vehicles, ...ways.flatMap((way) => traffic(way, plot.random))];
  const { patches, buildings, trees } = plot;
  const box = boxOf([...quad, ...plotQuad], CELL_REACH);
  return {
    i,
    j,
    use,
    plot: plotQuad,
    patches,
    buildings,
    trees,
    vehicles,
    ways,
    isForest: use === 'forest',
    water,
    box,
  };
}

function fill(plot: Plot, use: Cell['use'], seed: number): Ring | null {
  switch (use) {
    case 'homes':
      fillHomes(plot);
      return null;
    case 'town':
      fillTown(plot);
      return null;
    case 'works':
      fillWorks(plot);
      return null;
    case 'park':
      fillPark(plot);
      return null;
    case 'site':
      fillSite(plot);
      return null;
    case 'farm':
      fillFarm(plot);
      return null;
    case 'field':
      fillField(plot);
      return null;
    case 'meadow':
      fillMeadow(plot);
      return null;
    case 'orchard':
      fillOrchard(plot);
      return null;
    case 'forest':
      fillForest(plot, seed);
      return null;
    case 'pond':
      return fillPond(plot, seed);
  }
}

/** Cars that drive or stand along a road. */
function traffic(way: Way, random: Random): Vehicle[] {
  if (way.kind !== 'main' && way.kind !== 'street') return [];
  const along = direction(way.from, way.to);
  const length = distance(way.from, way.to);
  const lane = way.kind === 'main' ? way.halfWidth / 2 : way.halfWidth - 1.1;
  const vehicles: Vehicle[] = [];
  for (let at = 12; at < length - 12; at += random.between(6.5, way.kind === 'main' ? 60 : 40)) {
    const side = random.chance(0.5) ? 1 : -1;
    const centre = add(add(way.from, along, at), turned(along), side * lane);
    vehicles.push({
      centre,
      along,
      halfLength: random.between(2, 2.3),
      halfWidth: 0.88,
      colour: random.pick(VEHICLE_COLOURS),
    });
  }
  return vehicles;
}
