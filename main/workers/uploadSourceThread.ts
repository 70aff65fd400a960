import { blockDecoder } from '@shared/tiff/sliceEncode';
import { serveRpc } from '@shared/rpc';
import { createNodeCodecs, openFile } from '../rasters';
import { sourceMethods, sourceOpener } from '../uploads';
import { parentRpcPort } from './parentPort';

const codecs = createNodeCodecs({ ownThread: true });

/** Reads the files that are being uploaded, chunk by chunk. It never sees a token, nor the network. */
serveRpc(
  parentRpcPort(),
  sourceMethods(sourceOpener({ openFile, decoderFor: (raster) => blockDecoder(raster, codecs) })),
);
