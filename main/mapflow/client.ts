import { createCaller } from './caller';
import { catalogApi } from './catalog';
import { imagesApi } from './images';
import { layersApi } from './layers';
import { mosaicsApi } from './mosaics';
import { processingsApi } from './processings';
import { projectsApi } from './projects';
import { storageApi } from './storage';
import type { MapflowClient, MapflowClientOptions } from './types';
import { userApi } from './user';

/** A client of one server with one account. Cheap to make: connections are opened by need. */
export function createMapflowClient(options: MapflowClientOptions): MapflowClient {
  const caller = createCaller(options);
  const dialect = options.dialect ?? 'reference';
  return {
    baseUrl: options.baseUrl,
    dialect,
    scheme: options.scheme ?? 'Bearer',
    user: userApi(caller),
    projects: projectsApi(caller),
    processings: processingsApi(caller, dialect),
    mosaics: mosaicsApi(caller),
    images: imagesApi(caller),
    storage: storageApi(caller),
    catalog: catalogApi(caller, dialect),
    layers: layersApi(caller),
    close: () => caller.close(),
  };
}
