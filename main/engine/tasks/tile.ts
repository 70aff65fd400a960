import { sampleStretch } from '../imagery/sampleStretch';
import { encodePng } from '../tiles/png';
import { renderTile, tileSize } from '../tiles/rasterTile';
import type { TaskTools } from './execute';
import type { TileResult, TileTask } from './types';

export async function tile(task: TileTask, tools: TaskTools): Promise<TileResult> {
  const [first] = task.images;
  if (!first) return { png: null };
  const stretch = await stretchOf(first.path, tools);
  const rgba = await renderTile(task.images, task.tile, stretch, tools.rasters);
  return { png: rgba ? encodePng(rgba, tileSize, tileSize) : null };
}

/** One stretch for all tiles of a mosaic, from its first image. */
async function stretchOf(path: string, tools: TaskTools): Promise<Awaited<ReturnType<typeof sampleStretch>>> {
  const raster = await tools.rasters.open(path);
  try {
    async function* just(): AsyncGenerator<typeof raster, void, undefined> {
      yield raster;
    }
    return await sampleStretch(just());
  } finally {
    await raster.close();
  }
}
