import type { PixelWindow } from '@shared/tiff/types';
import { AreaMask } from '../imagery/areaMask';
import { areaOnGrid } from '../imagery/grid';
import { MosaicSource } from '../imagery/mosaicSource';
import { detectRows } from '../models/index';
import type { Detector, MaskBand, PixelSource } from '../models/types';
import type { TaskTools } from './execute';
import { writeMask } from './maskFile';
import type { DetectTask, TaskOptions } from './types';

export async function detect(
  task: DetectTask,
  tools: TaskTools,
  options: TaskOptions,
): Promise<Record<never, never>> {
  const { plan } = task;
  const area = plan.areas[task.area];
  if (!area) throw new Error(`no area ${String(task.area)}`);
  const detector = tools.models.find(plan.modelId).detector;
  const inside = new AreaMask(areaOnGrid(plan.grid, area.geometry));
  const imagery = new MosaicSource(plan.grid, plan.images, plan.stretch, plan.colour, tools.rasters);
  try {
    const bands = detectRows({
      source: partOf(imagery, area.window, inside, detector.margin(imagery.gsd)),
      detector: skippingEmpty(detector),
      context: plan.context,
      networks: tools.networks,
      rows: task.rows,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    });
    await writeMask(task.target, clipped(bands, area.window, inside));
  } finally {
    imagery.close();
  }
  return {};
}

/**
 * A rectangle of the imagery as a source of its own. Windows that are farther from the area than the detector's margin
 * cannot change the result and are not read.
 */
function partOf(imagery: PixelSource, part: PixelWindow, inside: AreaMask, margin: number): PixelSource {
  return {
    width: part.width,
    height: part.height,
    gsd: imagery.gsd,
    colour: imagery.colour,
    read: (window, signal) => {
      const placed = { ...window, x: window.x + part.x, y: window.y + part.y };
      const around = {
        x: placed.x - margin,
        y: placed.y - margin,
        width: placed.width + 2 * margin,
        height: placed.height + 2 * margin,
      };
      if (inside.touches(around)) return imagery.read(placed, signal);
      const nothing = new Uint8Array(window.width * window.height);
      return Promise.resolve({
        width: window.width,
        height: window.height,
        red: nothing,
        green: nothing,
        blue: nothing,
        valid: nothing,
      });
    },
  };
}

/** Where nothing is valid there is nothing to find. */
function skippingEmpty(detector: Detector): Detector {
  return {
    classes: detector.classes,
    polygons: detector.polygons,
    workingGsd: (gsd) => detector.workingGsd(gsd),
    margin: (gsd) => detector.margin(gsd),
    prepare: (source, signal) => detector.prepare(source, signal),
    classify: (window, gsd, context, networks) =>
      window.valid.includes(1)
        ? detector.classify(window, gsd, context, networks)
        : new Uint8Array(window.width * window.height),
  };
}

async function* clipped(
  bands: AsyncIterable<MaskBand>,
  part: PixelWindow,
  inside: AreaMask,
): AsyncGenerator<MaskBand, void, undefined> {
  for await (const band of bands) {
    inside.clip(band.classes, { x: part.x, y: part.y + band.y, width: band.width, height: band.height });
    yield band;
  }
}
