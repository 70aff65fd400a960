import { gridToLonLat, windowOfBox } from '../imagery/grid';
import { ringArea } from '../imagery/ground';
import { levels, rulesAt } from '../models/thresholds';
import { probabilityTile, tileSize } from '../probabilities/drawTile';
import { buildPyramid, levelsOf, readPyramid } from '../probabilities/pyramid';
import { probabilityColours } from '@shared/probabilityColours';
import { encodeIndexedPng } from '../tiles/png';
import { vectorizeObjects, type ResultFeature } from '../vectorize/index';
import type { TaskTools } from './execute';
import { readMasks } from './maskFile';
import type {
  PreviewResult,
  PreviewTask,
  ProbabilityTileTask,
  PyramidTask,
  TaskOptions,
  TileResult,
} from './types';

/** px that the outlines of one view are traced from at most; what shows more is traced from a coarser level */
const mostPixels = 2_000_000;
/** px around the view: an object at its border is seen whole, or nearly so */
const around = 32;

export async function pyramid(task: PyramidTask, tools: TaskTools, options: TaskOptions): Promise<void> {
  const areas = task.areas.map(({ width, masks }) => ({
    width,
    bands: () => readMasks(masks, options.signal),
  }));
  await buildPyramid(tools.openDatabase, areas, task.target);
}

export function probabilityTileOf({ plan, file, tile }: ProbabilityTileTask, tools: TaskTools): TileResult {
  const database = tools.openDatabase(file);
  try {
    const windows = plan.areas.map(({ window }) => window);
    const values = probabilityTile(database, plan.grid, windows, tile);
    const png = values && encodeIndexedPng(values, tileSize, tileSize, probabilityColours(levels));
    return { png };
  } finally {
    database.close();
  }
}

/** Outlines in a box, from as fine a level of the probabilities as keeps it quick. Steps after the polygons are left out. */
export async function preview(
  { plan, file, box, threshold, rightAngles }: PreviewTask,
  tools: TaskTools,
  { signal }: TaskOptions,
): Promise<PreviewResult> {
  const detector = tools.models.find(plan.modelId).detector;
  if (!detector.objects) throw new Error(`${plan.modelId} keeps no probabilities`);
  const rules = rulesAt(detector.objects, threshold);
  const toLonLat = gridToLonLat(plan.grid);
  const features: ResultFeature[] = [];
  let coarsest = 1;
  const database = tools.openDatabase(file);
  try {
    for (const [area, { window }] of plan.areas.entries()) {
      const part = windowOfBox(plan.grid, box, window, around);
      if (!part) continue;
      const wanted = Math.ceil(Math.log2((part.width * part.height) / mostPixels) / 2);
      const level = Math.max(0, Math.min(levelsOf(window.width) - 1, wanted));
      const scale = 2 ** level;
      coarsest = Math.max(coarsest, scale);
      const x = Math.floor(part.x / scale);
      const y = Math.floor(part.y / scale);
      const width = Math.ceil((part.x + part.width) / scale) - x;
      const height = Math.ceil((part.y + part.height) / scale) - y;
      const classes = readPyramid(database, area, level, { x, y, width, height });
      const found = vectorizeObjects(() => [{ y: 0, width, height, classes }], {
        width,
        gsd: plan.grid.gsd * scale,
        classes: detector.classes,
        rules: detector.polygons,
        rightAngles,
        objects: { ...rules, reach: Math.ceil(rules.reach / scale) },
        toLonLat: (u, v) => toLonLat(window.x + (x + u) * scale, window.y + (y + v) * scale),
        ringArea,
      });
      for await (const feature of found) {
        signal?.throwIfAborted();
        features.push(feature);
      }
    }
  } finally {
    database.close();
  }
  return { features, metresPerPixel: plan.grid.gsd * coarsest };
}
