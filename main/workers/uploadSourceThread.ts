import { platform, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { serveRpc } from '@shared/rpc';
import type { Agent } from 'node:http';
import { carry } from '../mapflow';
import { Agents, type Route } from '../network';
import { createNodeCodecs, openFile, reducingParts } from '../rasters';
import { sourceMethods, sourceOpener } from '../uploads';
import { messagePort, parentRpcPort } from './parentPort';
import { remoteChecksums } from './remoteChecksums';
import type { UploadThreadData } from './uploadThreads';

// On Linux this is the thread's own: whoever uses the window comes before the bytes. Elsewhere it would be the whole process's.
if (platform() === 'linux') setPriority(5);

const { checksums } = workerData as UploadThreadData;
const codecs = createNodeCodecs({ ownThread: true });

/** ms: the next chunk goes over the connection of the one before if it follows so soon. Servers keep theirs for longer. */
const idleMs = 2_000;
const agents = new Agents({ idleMs });
const agentFor = (url: URL, route: unknown): Agent | undefined => agents.agentFor(url, route as Route, false);

/**
 * Reads the files that are being uploaded, chunk by chunk, and sends them from here: what leaves when is the uploads' to say, but
 * no byte passes the loop of the process. A request's token comes with the request and is kept no longer.
 */
serveRpc(
  parentRpcPort(),
  sourceMethods(
    sourceOpener({
      openFile,
      decoderFor: (raster) => blockDecoder(raster, codecs),
      reducing: reducingParts(codecs),
      checksums: remoteChecksums(messagePort(checksums)),
    }),
    (request, body, options) => carry(request, body, { ...options, agentFor }),
  ),
);
