/** Learned models over files, as the engine runs them: plan, parts, polygons. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { profileOf } from '../../../main/engine/imagery/profile';
import { findModel } from '../../../main/engine/models/index';
import { threadTools } from '../../../main/engine/nodeParts';
import { cutIntoPartitions } from '../../../main/engine/processing/partitions';
import { execute } from '../../../main/engine/tasks/execute';
import type { ResultFeature } from '../../../main/engine/vectorize';

const tools = threadTools();
let files = 0;

/** What a model makes of files, over the ground of the `outline` file. What it writes on the way lies in `folder`. */
export async function detect(
  folder: string,
  paths: readonly string[],
  outline: string,
  model = 'Buildings',
): Promise<ResultFeature[]> {
  const described = async (path: string): Promise<ReturnType<typeof profileOf>> => {
    const raster = await tools.rasters.open(path);
    await raster.close();
    return profileOf(raster.description, path, { maxPixelCount: Infinity });
  };
  const images = await Promise.all(paths.map(async (path) => ({ path, ...(await described(path)) })));
  const { footprint } = await described(outline);
  const modelId = findModel(model).info.id;
  const plan = await execute<'plan'>({ kind: 'plan', modelId, images, areas: [footprint] }, tools);
  const masks: string[] = [];
  for (const { position, rowFrom, rowTo } of cutIntoPartitions(plan)) {
    const target = join(folder, `${String(files++)}-${String(position)}.mask`);
    await execute<'detect'>(
      { kind: 'detect', plan, area: 0, rows: { from: rowFrom, to: rowTo }, target },
      tools,
    );
    masks.push(target);
  }
  const target = join(folder, `${String(files++)}.features`);
  await execute<'trace'>({ kind: 'trace', plan, area: 0, masks, blocks: ['Simplification'], target }, tools);
  return (await readFile(target, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultFeature);
}

/** m² */
export const areaOf = (features: readonly ResultFeature[]): number =>
  features.reduce((sum, { properties }) => sum + properties.area, 0);

/** Roofs of two slopes with shadows on ground with grain, at 30 cm; `fine`: pixels of a third of that. */
export function village(x: number, y: number, band: number, fine = 1): number {
  const [u, v] = [((x / fine) % 80) - 40, ((y / fine) % 70) - 35];
  const noise = ((Math.imul(x * 7919 + y * 104_729 + 13, 2_654_435_761) >>> 24) - 128) / 22;
  const colour =
    Math.abs(u) < 18 && Math.abs(v) < 13
      ? v < 0
        ? [178, 92, 70, 255]
        : [140, 70, 55, 255]
      : u > -14 && u < 24 && v > -9 && v < 19
        ? [40, 45, 42, 255]
        : [105, 118, 84, 255];
  return band === 3 ? 255 : colour[band]! + noise;
}
