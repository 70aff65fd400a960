import { rename, writeFile } from 'node:fs/promises';
import { previewSizes } from '@shared/api';
import { dataOutline } from '../imagery/dataOutline';
import { sampleStretch } from '../imagery/sampleStretch';
import { writePicture } from '../imagery/picture';
import { interleaved, shrink, thumbnail } from '../imagery/thumbnail';
import type { RgbWindow } from '../models/types';
import type { TaskTools } from './execute';
import type { PrepareResult, PrepareTask, TaskOptions } from './types';

export async function prepare(
  task: PrepareTask,
  tools: TaskTools,
  options: TaskOptions,
): Promise<PrepareResult> {
  const raster = await tools.rasters.open(task.path);
  try {
    async function* just(): AsyncGenerator<typeof raster, void, undefined> {
      yield raster;
    }
    const stretch = await sampleStretch(just());
    const large = await thumbnail(raster, previewSizes.l, stretch, options.signal);
    const small = shrink(large, previewSizes.s);
    await writePreview(task.large, large, tools);
    await writePreview(task.small, small, tools);
    await writePicture(task.picture, large);
    return { footprint: await dataOutline(small, raster.description) };
  } finally {
    await raster.close();
  }
}

/** Written under another name first: a preview is there whole or not at all. */
async function writePreview(path: string, picture: RgbWindow, tools: TaskTools): Promise<void> {
  const jpeg = await tools.encodeJpeg(interleaved(picture), picture.width, picture.height);
  await writeFile(`${path}.part`, jpeg);
  await rename(`${path}.part`, path);
}
