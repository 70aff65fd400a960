import type { Level } from '../types';
import type { OverviewPlan } from './plan';
import { asLevel } from './sidecar';
import type { TileIndex } from './tileIndex';

/** Overviews that are being built, for whoever draws with them before they are whole. Plain data. */
export interface GrowingLevels {
  /** Index into description.levels: what they are made from. */
  readonly base: number;
  /** Largest first, each half as large as the one before; the first is half of the base. */
  readonly images: readonly Level[];
  /** The mask of each; empty without masks. */
  readonly masks: readonly Level[];
  /** Of each level one bit a tile, lowest first: whether it is there, if only as one that is empty. */
  readonly made: readonly Uint8Array[];
}

/** These, and whether what is missing is being built now: not later, when other rasters have theirs, and not never. */
export interface GrowingState extends GrowingLevels {
  readonly isUnderWay: boolean;
}

export function growingLevels(plan: OverviewPlan, index: TileIndex): GrowingLevels {
  return {
    base: plan.base,
    images: plan.levels.map((_, level) => asLevel(plan, level, 'image', 0)),
    masks: plan.masked ? plan.levels.map((_, level) => asLevel(plan, level, 'mask', 0)) : [],
    made: plan.levels.map((_, level) => index.made(level)),
  };
}
