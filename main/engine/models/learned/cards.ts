/** What the networks reached on what they were not trained on: the training writes it beside their weights. */
import buildings from '../weights/buildings.json';
import fineBuildings from '../weights/buildings-fine.json';
import construction from '../weights/construction.json';
import forest from '../weights/forest.json';
import roads from '../weights/roads.json';

/** Shares of 1. */
export interface Figures {
  readonly precision: number;
  readonly recall: number;
  /** Intersection over union of pixels. */
  readonly area: number;
}

interface Row {
  readonly precision: number;
  readonly recall: number;
  readonly iou: number;
  readonly objects: number;
}

/** The mean over the scenes that have something to find. */
function meanOf(rows: Readonly<Record<string, Row>>): Figures {
  const all = Object.values(rows).filter(({ objects }) => objects > 0);
  return {
    precision: mean(all.map(({ precision }) => precision)),
    recall: mean(all.map(({ recall }) => recall)),
    area: mean(all.map(({ iou }) => iou)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const heldOutFigures = {
  buildings: meanOf(buildings.heldOut),
  fineBuildings: meanOf(fineBuildings.heldOut),
  roads: meanOf(roads.heldOut),
  construction: meanOf(construction.heldOut),
};

/** The share of marked crowns that were found, 0–1, the mean over the stands; the masks without crowns do not count. */
export const crownRecall = mean(
  Object.values(forest.heldOut)
    .filter((row) => !('iou' in row))
    .map(({ recall }) => recall),
);
