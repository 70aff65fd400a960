import { serveRpc } from '@shared/rpc';
import { RasterService, createNodeCodecs, rasterMethods, warmUpSamples } from '../rasters';
import { parentRpcPort } from './parentPort';

/** The raster worker: a process of its own that reads and decodes rasters. It never sees a token. */
serveRpc(parentRpcPort(), rasterMethods(new RasterService(createNodeCodecs())));
void warmUpSamples().catch(() => undefined);
