import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Geometry } from '@shared/api';
import { centreLines, centreLinesBlock, type LineFeature } from '../centreLines/index';
import { applyBlocks, needsBlocks, noSources } from '../blocks/index';
import { castsShadows } from '../blocks/shadows';
import { gridToLonLat } from '../imagery/grid';
import { MosaicSource } from '../imagery/mosaicSource';
import { ringArea } from '../imagery/ground';
import type { Detector, MaskBand, ObjectRules } from '../models/types';
import { vectorize, vectorizeObjects, type ResultFeature, type VectorizeJob } from '../vectorize/index';
import { levels, rulesAt } from '../models/thresholds';
import type { TaskTools } from './execute';
import { readMasks } from './maskFile';
import type { TaskOptions, TraceResult, TraceTask } from './types';

/** Characters gathered before they are written. */
const chunkLength = 1 << 16;

export async function trace(task: TraceTask, tools: TaskTools, options: TaskOptions): Promise<TraceResult> {
  const { plan } = task;
  const area = plan.areas[task.area];
  if (!area) throw new Error(`no area ${String(task.area)}`);
  const detector = tools.models.find(plan.modelId).detector;
  const toLonLat = gridToLonLat(plan.grid);
  const job: VectorizeJob = {
    width: area.window.width,
    gsd: plan.grid.gsd,
    classes: detector.classes,
    rules: detector.polygons,
    rightAngles: task.blocks.includes('Simplification'),
    toLonLat: (x, y) => toLonLat(area.window.x + x, area.window.y + y),
    ringArea,
  };
  const own = detector.objects;
  const objects = own && (task.threshold === undefined ? own : rulesAt(own, task.threshold));
  const bands = (): AsyncIterable<MaskBand> => readMasks(task.masks, options.signal);
  if (task.blocks.includes(centreLinesBlock)) {
    const lines = linesOf(bands(), job, objects, options);
    return { features: await writeLines(task.target, lines, options.signal) };
  }
  const found = objects ? vectorizeObjects(bands, { ...job, objects }) : vectorize(bands(), job);
  const features = needsBlocks(task.blocks)
    ? afterBlocks(found, { ...task, within: area.geometry }, detector, tools, options)
    : found;
  return { features: await writeLines(task.target, features, options.signal) };
}

/** The network of what the mask holds, of whatever threshold. */
function linesOf(
  bands: AsyncIterable<MaskBand>,
  { width, gsd, classes, rules: { minArea, minHole }, toLonLat }: VectorizeJob,
  objects: ObjectRules | undefined,
  { signal }: TaskOptions,
): AsyncIterable<LineFeature> {
  const [thing] = classes;
  if (!thing) throw new Error('a model without classes has no lines');
  const least = objects ? Math.round(objects.threshold * levels) * levels : thing.value;
  return centreLines(bands, { width, gsd, thing, least, minArea, minHole, toLonLat, signal });
}

/** Steps that look at what stands around a feature take all of them at once. */
async function* afterBlocks(
  found: AsyncIterable<ResultFeature>,
  { blocks, plan, within }: Pick<TraceTask, 'blocks' | 'plan'> & { readonly within: Geometry },
  detector: Detector,
  tools: TaskTools,
  { signal }: TaskOptions,
): AsyncGenerator<ResultFeature, void, undefined> {
  const features: ResultFeature[] = [];
  for await (const feature of found) {
    signal?.throwIfAborted();
    features.push(feature);
  }
  const sources = plan.sources ?? noSources;
  const objectType = detector.classes[0]?.objectType ?? '';
  const { grid, images, stretch, colour } = plan;
  const source = new MosaicSource(grid, images, stretch, colour, tools.rasters);
  const shadows = castsShadows(detector) &&
    images.some(({ profile }) => profile.sun) && { grid, images, source };
  const job = { blocks, sources, within, objectType, ringArea, ...(signal ? { signal } : {}) };
  try {
    yield* await applyBlocks(features, { ...job, ...(shadows ? { shadows } : {}) }, tools);
  } finally {
    source.close();
  }
}

/** One feature a line; the file appears under its name when it is whole and on disk. */
async function writeLines(
  path: string,
  features: AsyncIterable<ResultFeature | LineFeature>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const unfinished = `${path}.part`;
  let count = 0;
  async function* lines(): AsyncGenerator<string, void, undefined> {
    let text = '';
    for await (const feature of features) {
      signal?.throwIfAborted();
      count++;
      text += `${JSON.stringify(feature)}\n`;
      if (text.length < chunkLength) continue;
      yield text;
      text = '';
    }
    yield text;
  }
  try {
    await pipeline(lines(), createWriteStream(unfinished));
    const file = await open(unfinished, 'r+');
    await file.sync().finally(() => file.close());
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await rename(unfinished, path);
  return count;
}
