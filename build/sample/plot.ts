import {
  boxOf,
  corners,
  depthWithin,
  distanceToRectangle,
  rectanglesMeet,
  type Point,
  type Quad,
  type Rectangle,
  type Ring,
} from './geometry';
import type { Random } from './random';
import type { Building, Material, Patch, RoofShape, Tree, Vehicle, Wing } from './scene';

/** A plot of land that is being filled: what is put on it keeps clear of what is there. */
export class Plot {
  readonly patches: Patch[] = [];
  readonly buildings: Building[] = [];
  trees: Tree[] = [];
  readonly vehicles: Vehicle[] = [];
  readonly #keptFree: Rectangle[] = [];

  constructor(
    readonly quad: Quad,
    readonly random: Random,
  ) {}

  pave(ring: Ring, material: Material, rows: Point | null = null, tone = this.random.between(-1, 1)): void {
    this.patches.push({ ring, material, tone, rows });
  }

  /** Keeps trees and buildings off a piece of ground. */
  keepFree(rectangle: Rectangle): void {
    this.#keptFree.push(rectangle);
  }

  /** Whether a rectangle lies on the plot and `gap` metres from every building and everything kept free. */
  isFree(rectangle: Rectangle, gap: number): boolean {
    if (corners(rectangle).some((corner) => depthWithin(this.quad, corner) < gap)) return false;
    const taken = [...this.#keptFree, ...this.buildings.flatMap((building) => building.wings)];
    return taken.every((other) => !rectanglesMeet(rectangle, other, gap));
  }

  /** Puts up a building if there is room; false where there is none. */
  build(building: NewBuilding, gap = 1.5): boolean {
    const wings = building.wings.map((wing) => ({ ...wing, roof: wing.roof ?? building.roof }));
    if (!wings.every((wing) => this.isFree(wing, gap))) return false;
    this.trees = this.trees.filter(({ centre, radius }) =>
      wings.every((wing) => isClear(centre, radius, wing)),
    );
    const outline = building.outline ?? corners(wings[0] as Wing);
    this.buildings.push({
      kind: building.kind,
      wings,
      outline,
      box: boxOf(outline),
      height: building.height,
      colour: building.colour,
      fittings: building.fittings ?? [],
      variation: this.random.next(),
    });
    return true;
  }

  /** Plants a tree if its crown stays clear of buildings and within the plot. */
  plant(centre: Point, radius: number, species: number, height = radius * 1.7 + 2): boolean {
    if (depthWithin(this.quad, centre) < radius + 0.3) return false;
    const taken = [...this.#keptFree, ...this.buildings.flatMap((building) => building.wings)];
    if (!taken.every((rectangle) => isClear(centre, radius, rectangle))) return false;
    this.trees.push({ centre, radius, height, species, variation: this.random.next() });
    return true;
  }

  park(vehicle: Rectangle): void {
    this.vehicles.push({ ...vehicle, colour: this.random.pick(VEHICLE_COLOURS) });
  }
}

/** Whether a crown does not hang over a rectangle. */
const isClear = (centre: Point, radius: number, rectangle: Rectangle): boolean =>
  distanceToRectangle(centre, rectangle) >= radius + 0.7;

export interface NewBuilding {
  readonly kind: Building['kind'];
  readonly wings: readonly (Rectangle & { readonly roof?: RoofShape })[];
  readonly roof: RoofShape;
  readonly outline?: Ring;
  readonly height: number;
  readonly colour: readonly [number, number, number];
  readonly fittings?: Building['fittings'];
}

export const VEHICLE_COLOURS: readonly (readonly [number, number, number])[] = [
  [214, 214, 212],
  [236, 236, 234],
  [58, 60, 64],
  [92, 95, 98],
  [140, 143, 146],
  [120, 40, 38],
  [46, 66, 104],
  [176, 178, 176],
];
