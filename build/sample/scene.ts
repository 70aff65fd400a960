import type { Box, Point, Rectangle, Ring } from './geometry';
import type { LandUse, Way } from './lattice';

/** What the ground is made of. */
export type Material =
  | 'grass'
  | 'lawn'
  | 'meadow'
  | 'forestFloor'
  | 'soil'
  | 'sand'
  | 'dirt'
  | 'gravel'
  | 'paving'
  | 'yard'
  | 'asphalt'
  | 'marking'
  | 'water'
  | 'pool'
  | 'wheat'
  | 'stubble'
  | 'maize'
  | 'rape'
  | 'beet'
  | 'tilled'
  | 'orchardGrass';

/** A piece of ground, painted over what lies under it. */
export interface Patch {
  readonly ring: Ring;
  readonly material: Material;
  /** From -1 (dark) to 1 (light): no two lawns are alike. */
  readonly tone: number;
  /** For fields: the unit vector along which rows run. */
  readonly rows: Point | null;
}

export type RoofShape = 'gable' | 'hip' | 'flat' | 'sawtooth';

/** A wing of a building: each is a rectangle with a roof of its own; buildings in L shape have two. */
export interface Wing extends Rectangle {
  readonly roof: RoofShape;
}

export interface Building {
  readonly kind: 'house' | 'garage' | 'shed' | 'apartments' | 'hall' | 'barn' | 'shell';
  readonly wings: readonly Wing[];
  readonly outline: Ring;
  readonly box: Box;
  /** m from the ground to the eaves */
  readonly height: number;
  /** Red, green, blue of the roof lit from above, 0–255. */
  readonly colour: readonly [number, number, number];
  /** Solar panels, skylights, chimneys and machines on the roof: rectangles with a brightness from 0 to 255. */
  readonly fittings: readonly (Rectangle & { readonly colour: readonly [number, number, number] })[];
  readonly variation: number;
}

export interface Tree {
  readonly centre: Point;
  /** m */
  readonly radius: number;
  readonly height: number;
  /** Index of the species' colours. */
  readonly species: number;
  readonly variation: number;
}

export interface Vehicle extends Rectangle {
  readonly colour: readonly [number, number, number];
}

/** Everything on one cell of the lattice, with the ways along its top and left side. */
export interface Cell {
  readonly i: number;
  readonly j: number;
  readonly use: LandUse;
  readonly plot: Ring;
  readonly patches: readonly Patch[];
  readonly buildings: readonly Building[];
  readonly trees: readonly Tree[];
  readonly vehicles: readonly Vehicle[];
  readonly ways: readonly Way[];
  /** Whether single trees are too many to be named one by one: the plot is a forest. */
  readonly isForest: boolean;
  readonly water: Ring | null;
}
