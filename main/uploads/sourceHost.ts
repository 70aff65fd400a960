import { AppError } from '@shared/errors';
import type { RpcContext } from '@shared/rpc';
import type { Reduction, ReductionCodec } from '@shared/tiff/reduce';
import type { RasterDescription } from '@shared/tiff/types';
import { allowance } from './allowance';
import { passing } from './pass';
import { PieceBuffers } from './pieceBuffers';
import type {
  MadeChunk,
  OpenSource,
  Pass,
  Piece,
  PlanLimits,
  SourceIdentity,
  SourcePlan,
  UploadSource,
} from './ports';

/** Makes a request of the client's with a body of this thread; tells the outcome. */
export type Carry = (
  request: unknown,
  body: AsyncIterable<Uint8Array>,
  options: { readonly onFlushed: (bytes: Uint8Array) => void; readonly signal: AbortSignal },
) => Promise<unknown>;

/** The answering end of upload sources that live in a thread of their own: parsing, planning and decoding block nobody there. */
export function sourceMethods(open: OpenSource, carry?: Carry) {
  const sources = new Map<number, UploadSource>();
  const deliveries = new Map<number, Delivery>();
  const buffers = new PieceBuffers();
  const reads = new Map<
    number,
    { readonly source: number; readonly pieces: AsyncIterator<Piece>; readonly abort: AbortController }
  >();
  let next = 1;
  const sourceOf = (id: number): UploadSource => {
    const source = sources.get(id);
    if (!source) throw new AppError('uploads.reader_stopped');
    return source;
  };

  const endRead = async (readId: number): Promise<void> => {
    const read = reads.get(readId);
    reads.delete(readId);
    read?.abort.abort(new Error('read no further'));
    await read?.pieces.return?.().catch(() => undefined);
  };

  return {
    open: async ({ path }: { path: string }): Promise<OpenedSource> => {
      const source = await open(path);
      const id = next++;
      sources.set(id, source);
      return { id, description: source.description, identity: source.identity };
    },
    plan: ({ id, limits }: { id: number; limits: PlanLimits }, { signal }: RpcContext): Promise<SourcePlan> =>
      sourceOf(id).plan(limits, signal),
    reduction: (
      { id, codec }: { id: number; codec: ReductionCodec },
      { signal }: RpcContext,
    ): Promise<Reduction> => sourceOf(id).reduction(codec, signal),
    make: (
      { id, chunkName }: { id: number; chunkName: string },
      { signal }: RpcContext,
    ): Promise<MadeChunk> => sourceOf(id).make(chunkName, signal),
    drop: ({ id, chunkName }: { id: number; chunkName: string }): Promise<void> =>
      sourceOf(id).drop(chunkName),
    startRead: async ({ id, chunkName }: { id: number; chunkName: string }): Promise<number> => {
      const abort = new AbortController();
      const pieces = sourceOf(id).read(chunkName, abort.signal)[Symbol.asyncIterator]();
      const readId = next++;
      reads.set(readId, { source: id, pieces, abort });
      return readId;
    },
    /** Null at the end. */
    piece: async ({ readId }: { readId: number }): Promise<Piece | null> => {
      const result = await reads.get(readId)?.pieces.next();
      return !result || result.done ? null : result.value;
    },
    endRead: ({ readId }: { readId: number }): Promise<void> => endRead(readId),
    /** One request with a chunk as its body. Tells what is about to leave, and waits for `pass` before it does. */
    deliver: async (
      { id, chunkName, size, request }: { id: number; chunkName: string; size: number; request: unknown },
      { signal, progress }: RpcContext,
    ): Promise<unknown> => {
      if (!carry) throw new AppError('uploads.reader_stopped');
      const source = sourceOf(id);
      const deliveryId = next++;
      let allow: (bytes: number) => void = () => undefined;
      const abort = new AbortController();
      const stop = (): void => abort.abort(signal.reason);
      signal.addEventListener('abort', stop);
      const pass: Pass = (bytes, sha1) => {
        const allowed = new Promise<number>((resolve, reject) => {
          allow = resolve;
          abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
        });
        progress({ deliveryId, bytes, sha1 } satisfies Leaving);
        return allowed;
      };
      const pieces = source.read(chunkName, abort.signal, buffers);
      const ended = carry(request, passing(noted(pieces, buffers), allowance(pass, size)), {
        onFlushed: (bytes) => buffers.left(bytes),
        signal: abort.signal,
      });
      deliveries.set(deliveryId, {
        source: id,
        allow: (bytes) => allow(bytes),
        end: async () => {
          abort.abort(new Error('sent no further'));
          await ended;
        },
      });
      try {
        return await ended;
      } finally {
        signal.removeEventListener('abort', stop);
        deliveries.delete(deliveryId);
      }
    },
    pass: async ({ deliveryId, bytes }: { deliveryId: number; bytes: number }): Promise<void> =>
      deliveries.get(deliveryId)?.allow(bytes),
    checkUnchanged: ({ id }: { id: number }): Promise<void> => sourceOf(id).checkUnchanged(),
    close: async ({ id }: { id: number }): Promise<void> => {
      const source = sources.get(id);
      sources.delete(id);
      await Promise.all([
        ...[...reads].filter(([, read]) => read.source === id).map(([readId]) => endRead(readId)),
        ...[...deliveries.values()].filter((delivery) => delivery.source === id).map(({ end }) => end()),
      ]);
      await source?.close();
    },
  };
}

interface Delivery {
  readonly source: number;
  readonly allow: (bytes: number) => void;
  readonly end: () => Promise<void>;
}

/** What a delivery tells before bytes leave. */
export interface Leaving {
  readonly deliveryId: number;
  readonly bytes: number;
  /** Of the whole chunk, with the first bytes of its last piece. */
  readonly sha1: string | null;
}

async function* noted(pieces: AsyncIterable<Piece>, buffers: PieceBuffers): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    buffers.leaving(piece.bytes);
    yield piece;
  }
}

export interface OpenedSource {
  readonly id: number;
  readonly description: RasterDescription;
  readonly identity: SourceIdentity;
}

export type SourceMethods = ReturnType<typeof sourceMethods>;
