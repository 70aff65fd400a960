import type { Log } from '@shared/log';
import type { LocalCatalog } from './catalog/localCatalog';
import type { Files } from './files';
import type { EngineLimits } from './limits';
import type { LocalData } from './localData/index';
import type { Model } from './models/types';
import type { Preparation } from './processing/preparation';
import type { ProcessingQueue } from './processing/queue';
import type { RasterAccess } from './rasterAccess';
import type { RouteFor } from './remote/route';
import type { Sealing } from './sealing';
import type { Store } from './store';
import type { TaskRunner } from './tasks/types';
import type { ResultTiles } from './tiles/resultTiles';

/** What the routes work with. */
export interface Services {
  readonly store: Store;
  readonly files: Files;
  readonly limits: EngineLimits;
  readonly models: ModelCatalogue;
  /** Folders on this computer as providers of imagery. */
  readonly catalog: LocalCatalog;
  /** Extracts and surface models of this computer. */
  readonly localData: LocalData;
  /** Keeps the passwords of tile services. */
  readonly sealing: Sealing;
  /** How tile services are reached. */
  readonly routeFor: RouteFor;
  readonly rasters: RasterAccess;
  readonly queue: ProcessingQueue;
  readonly preparation: Preparation;
  readonly tiles: ResultTiles;
  /** Where pixels are worked on. */
  readonly runner: TaskRunner;
  readonly log: Log;
  /** `http://127.0.0.1:PORT/rest`, for the addresses in answers. */
  readonly baseUrl: () => string;
}

export interface ModelCatalogue {
  list(): readonly Model[];
  /** By id or name. Throws `engine.no_such_model`. */
  find(idOrName: string): Model;
}
