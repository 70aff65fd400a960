import { AppError } from '@shared/errors';
import { areaOnGrid, planGrid, windowOf } from '../imagery/grid';
import { isColour } from '../imagery/colours';
import { MosaicSource, type SourceImage } from '../imagery/mosaicSource';
import { sampleStretch } from '../imagery/sampleStretch';
import type { OpenRaster, RasterAccess } from '../rasterAccess';
import type { TaskTools } from './execute';
import type { DetectionPlan, PlannedArea, PlanTask, TaskOptions } from './types';

/** Images that are looked at for the stretch of samples beyond 8 bits. */
const mostSampled = 12;

export async function plan(task: PlanTask, tools: TaskTools, options: TaskOptions): Promise<DetectionPlan> {
  const model = tools.models.find(task.modelId);
  const { detector } = model;
  const grid = planGrid(
    task.images.map(({ profile }) => profile),
    (gsd) => detector.workingGsd(gsd),
  );
  const margin = detector.margin(grid.gsd);
  const areas = task.areas.flatMap((geometry): PlannedArea[] => {
    const window = windowOf(grid, areaOnGrid(grid, geometry), margin);
    return [{ geometry, window: window ?? { x: 0, y: 0, width: 0, height: 0 } }];
  });
  if (areas.every(({ window }) => window.width === 0)) throw new AppError('engine.no_data_in_aoi');

  const stretch = await sampleStretch(someOf(task.images, tools.rasters));
  const colour = await colourOf(task.images, tools.rasters);
  const source = new MosaicSource(grid, task.images, stretch, colour, tools.rasters);
  try {
    const context = await detector.prepare(source, options.signal);
    const sources = task.sources ? { sources: task.sources } : {};
    return { modelId: model.info.id, images: task.images, grid, colour, stretch, context, areas, ...sources };
  } finally {
    source.close();
  }
}

async function* someOf(
  images: readonly SourceImage[],
  rasters: RasterAccess,
): AsyncGenerator<OpenRaster, void, undefined> {
  const step = Math.max(1, images.length / mostSampled);
  for (let at = 0; at < images.length; at += step) {
    const image = images[Math.floor(at)];
    if (!image) return;
    const raster = await rasters.open(image.path);
    try {
      yield raster;
    } finally {
      await raster.close();
    }
  }
}

async function colourOf(images: readonly SourceImage[], rasters: RasterAccess): Promise<'rgb' | 'grey'> {
  const [first] = images;
  if (!first) return 'grey';
  const raster = await rasters.open(first.path);
  try {
    return isColour(raster.description) ? 'rgb' : 'grey';
  } finally {
    await raster.close();
  }
}
