/** What the networks reached on what they were not trained on: the training writes it beside their weights. */
import buildings from '../weights/buildings.json';
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
}

/** The mean over the scenes. */
function meanOf(rows: Readonly<Record<string, Row>>): Figures {
  const all = Object.values(rows);
  const mean = (of: (row: Row) => number): number => all.reduce((sum, row) => sum + of(row), 0) / all.length;
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    area: mean(({ iou }) => iou),
  };
}

export const heldOutFigures = { buildings: meanOf(buildings.heldOut), roads: meanOf(roads.heldOut) };
