import type { Agent } from 'node:http';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { serveRpc, type RpcPort } from '@shared/rpc';
import { createCodecs } from '@shared/tiff/codecs';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { carry } from '../../main/mapflow';
import { openFile, reducingParts } from '../../main/rasters';
import {
  SourceReader,
  sourceMethods,
  sourceOpener,
  type Carry,
  type OpenReadSource,
  type ReaderLink,
} from '../../main/uploads';

export interface ReaderOptions {
  /** The connections that chunks are sent over; Node's own when absent. */
  readonly agentFor?: (url: URL, route: unknown) => Agent | undefined;
  /** How requests are made; as the program makes them when absent. */
  readonly carry?: Carry;
  /** Hears of each answer that crosses the port. */
  readonly onAnswer?: (message: unknown) => void;
}

/** Opens rasters as the thread of uploads does. */
export function openSourceHere(): OpenReadSource {
  const codecs = createCodecs();
  return sourceOpener({
    openFile,
    decoderFor: (raster) => blockDecoder(raster, codecs),
    reducing: reducingParts(codecs),
  });
}

/** The reader of uploads with its other end in this process too, behind a real port: what it reads it sends from there. */
export function readerHere(open: OpenReadSource, options: ReaderOptions = {}): SourceReader {
  return new SourceReader(() => linkHere(open, options));
}

/** The two ends of such a reader; ends when it is killed. */
export function linkHere(open: OpenReadSource, options: ReaderOptions = {}): ReaderLink {
  const { agentFor, onAnswer } = options;
  const usual: Carry = (request, body, how) =>
    carry(request, body, { ...how, ...(agentFor ? { agentFor } : {}) });
  const { port1, port2 } = new MessageChannel();
  const far = rpcPort(port2);
  const methods = sourceMethods(open, options.carry ?? usual);
  const postMessage: RpcPort['postMessage'] = (message) => {
    onAnswer?.(message);
    far.postMessage(message);
  };
  serveRpc({ ...far, postMessage }, methods);
  return {
    port: rpcPort(port1),
    onExit: (ended) => void port1.on('close', ended),
    kill: () => port1.close(),
  };
}

function rpcPort(port: MessagePort): RpcPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  };
}
