import type { JpegEncoder, RasterAccess } from '../rasterAccess';
import type { ModelCatalogue } from '../services';
import { detect } from './detect';
import { plan } from './plan';
import { prepare } from './prepare';
import { trace } from './trace';
import type { Task, TaskOf, TaskOptions, TaskResults } from './types';

/** What tasks need; a pixel thread has its own. */
export interface TaskTools {
  readonly rasters: RasterAccess;
  readonly encodeJpeg: JpegEncoder;
  readonly models: ModelCatalogue;
}

/** Does a task in this thread. */
export async function execute<Kind extends Task['kind']>(
  task: TaskOf<Kind>,
  tools: TaskTools,
  options: TaskOptions = {},
): Promise<TaskResults[Kind]> {
  const given: Task = task;
  switch (given.kind) {
    case 'plan':
      return (await plan(given, tools, options)) as TaskResults[Kind];
    case 'detect':
      return (await detect(given, tools, options)) as TaskResults[Kind];
    case 'trace':
      return (await trace(given, tools, options)) as TaskResults[Kind];
    case 'prepare':
      return (await prepare(given, tools, options)) as TaskResults[Kind];
  }
}
