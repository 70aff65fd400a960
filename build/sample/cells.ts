import {
  add,
  boxesMeet,
  boxOf,
  direction,
  distance,
  insetQuad,
  turned,
  type Box,
  type Ring,
} from './geometry';
import { fillFarm, fillField, fillForest, fillMeadow, fillOrchard, fillPond } from './country';
import { fillHomes } from './homes';
import type { Lattice, Way } from './lattice';
import { Plot, VEHICLE_COLOURS } from './plot';
import { hash, Random } from './random';
import type { Cell, Vehicle } from './scene';
import { fillPark, fillSite, fillTown, fillWorks } from './town';

/** Enough for the neighbours of a tile to be found again; making a cell anew costs little. */
const CELLS_KEPT = 512;

/** m that shadows and crowns reach beyond a cell */
export const CELL_REACH = 26;

/** The cells of a landscape, each made when it is asked for; those used last are kept. */
export class Cells {
  readonly #kept = new Map<string, Cell>();

  constructor(
    readonly lattice: Lattice,
    readonly seed: number,
  ) {}

  /** The cells that reach into a box, with their shadows and crowns. */
  *within(box: Box): Generator<Cell, void, undefined> {
    for (const [i, j] of this.lattice.cellsNear(box, CELL_REACH)) {
      if (boxesMeet(boxOf(this.lattice.cell(i, j), CELL_REACH), box)) yield this.#get(i, j);
    }
  }

  #get(i: number, j: number): Cell {
    const key = `${i} ${j}`;
    const cell = this.#kept.get(key) ?? makeCell(this.lattice, this.seed, i, j);
    this.#kept.delete(key);
    this.#kept.set(key, cell);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > CELLS_KEPT && !oldest.done) this.#kept.delete(oldest.value);
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
