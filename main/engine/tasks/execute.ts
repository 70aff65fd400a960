import type { TileAgent } from '../remote/fetchTile';
import type { TileRoute } from '../remote/route';
import { fetchImagery } from '../remote/fetchImagery';
import type { DecodeImage, JpegEncoder, RasterAccess } from '../rasterAccess';
import type { Networks } from '../models/types';
import type { ModelCatalogue } from '../services';
import { describeLocal } from '../localData/describe';
import { detect } from './detect';
import { plan } from './plan';
import { prepare } from './prepare';
import { preview, probabilityTileOf, pyramid } from './probabilities';
import { tile } from './tile';
import { trace } from './trace';
import { buildResultIndex } from '../tiles/resultIndex';
import type { OpenDatabase } from '../store';
import type { Task, TaskOf, TaskOptions, TaskResults } from './types';

/** What tasks need; a pixel thread has its own. */
export interface TaskTools {
  readonly rasters: RasterAccess;
  readonly encodeJpeg: JpegEncoder;
  readonly decodeImage: DecodeImage;
  readonly models: ModelCatalogue;
  readonly networks: Networks;
  readonly agentsOf: (route: TileRoute) => TileAgent;
  readonly openDatabase: OpenDatabase;
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
    case 'tile':
      return (await tile(given, tools)) as TaskResults[Kind];
    case 'fetch':
      return (await fetchImagery(
        given,
        tools.decodeImage,
        tools.agentsOf(given.route),
        options,
      )) as TaskResults[Kind];
    case 'describe':
      return (await describeLocal(given.path, tools)) as TaskResults[Kind];
    case 'pyramid':
      await pyramid(given, tools, options);
      return {} as TaskResults[Kind];
    case 'probabilityTile':
      return probabilityTileOf(given, tools) as TaskResults[Kind];
    case 'preview':
      return (await preview(given, tools, options)) as TaskResults[Kind];
    case 'index':
      await buildResultIndex(tools.openDatabase, given.features, given.target);
      return {} as TaskResults[Kind];
  }
}
