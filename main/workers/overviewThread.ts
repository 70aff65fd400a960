import { parentPort, workerData } from 'node:worker_threads';
import { splitStrips } from '@shared/tiff/windowStrips';
import { serveOverviewThread, type ThreadData, type UnitOrder } from '../overviews';
import { createNodeCodecs, openFile, readBlocks } from '../rasters';

/** Builds overviews of one raster, unit by unit, beside others of its kind. It never sees a token, nor the network. */
const port = parentPort;
if (!port) throw new Error('started without a parent');
serveOverviewThread(
  {
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', (order: UnitOrder) => listener(order)),
  },
  workerData as ThreadData,
  {
    open: async (path, without) => {
      const { raster, close } = await openFile(path, without);
      return { raster: splitStrips(raster), close };
    },
    readBlocks: (raster, level, indices, memory) =>
      readBlocks(raster, level, indices, memory ? { memory } : {}),
    codecs: createNodeCodecs({ ownThread: true }),
  },
);
