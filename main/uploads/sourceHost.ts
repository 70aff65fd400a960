import { AppError } from '@shared/errors';
import type { RpcContext } from '@shared/rpc';
import type { Reduction, ReductionCodec } from '@shared/tiff/reduce';
import type { RasterDescription } from '@shared/tiff/types';
import { allowance } from './allowance';
import { passing } from './pass';
import { PieceBuffers } from './pieceBuffers';
import type {
  ChunkEnd,
  MadeChunk,
  OpenReadSource,
  Pass,
  Piece,
  PlanLimits,
  ReadSource,
  SourceIdentity,
  SourcePlan,
} from './ports';

/** Makes a request of the client's with a body of this thread; tells the outcome. */
export type Carry = (
  request: unknown,
  body: AsyncIterable<Uint8Array>,
  options: { readonly onFlushed: (bytes: Uint8Array) => void; readonly signal: AbortSignal },
) => Promise<unknown>;

/** The answering end of upload sources that live in a thread of their own: parsing, planning and decoding block nobody there. */
export function sourceMethods(open: OpenReadSource, carry: Carry) {
  const sources = new Map<number, ReadSource>();
  const works = new Set<Work>();
  /** What waits for a word on the bytes that are about to leave. */
  const deliveries = new Map<
    number,
    { readonly allow: (bytes: number) => void; readonly refuse: (reason: Error) => void }
  >();
  const buffers = new PieceBuffers();
  let next = 1;
  const sourceOf = (id: number): ReadSource => {
    const source = sources.get(id);
    if (!source) throw new AppError('uploads.reader_stopped');
    return source;
  };
  /** Work on a source's bytes: ended by its caller, and before the source is closed. */
  const during = async <T>(
    id: number,
    caller: AbortSignal,
    run: (source: ReadSource, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const source = sourceOf(id);
    const abort = new AbortController();
    const stop = (): void => abort.abort(caller.reason);
    caller.addEventListener('abort', stop);
    const ended = run(source, abort.signal);
    const work: Work = { source: id, abort, ended };
    works.add(work);
    try {
      return await ended;
    } finally {
      caller.removeEventListener('abort', stop);
      works.delete(work);
    }
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
    make: ({ id, chunkName }: ChunkOf, { signal }: RpcContext): Promise<MadeChunk> =>
      sourceOf(id).make(chunkName, signal),
    drop: ({ id, chunkName }: ChunkOf): Promise<void> => sourceOf(id).drop(chunkName),
    sha1: ({ id, chunkName }: ChunkOf, { signal: caller }: RpcContext): Promise<string> =>
      during(id, caller, (source, signal) => source.sha1(chunkName, signal)),
    /** One request with a chunk as its body. Tells what is about to leave, and waits for `pass` before it does. */
    deliver: (
      { id, chunkName, size, request }: ChunkOf & { size: number; request: unknown },
      { signal: caller, progress }: RpcContext,
    ): Promise<unknown> =>
      during(id, caller, async (source, signal) => {
        const deliveryId = next++;
        const pass: Pass = (bytes, end) => {
          const allowed = new Promise<number>((allow, refuse) =>
            deliveries.set(deliveryId, { allow, refuse }),
          );
          progress({ deliveryId, bytes, end } satisfies Leaving);
          return allowed;
        };
        const stop = (): void => deliveries.get(deliveryId)?.refuse(signal.reason as Error);
        signal.addEventListener('abort', stop);
        const pieces = noted(source.read(chunkName, signal, buffers), buffers);
        try {
          return await carry(request, passing(pieces, allowance(pass, size)), {
            onFlushed: (bytes) => buffers.left(bytes),
            signal,
          });
        } finally {
          signal.removeEventListener('abort', stop);
          deliveries.delete(deliveryId);
        }
      }),
    pass: async ({ deliveryId, bytes }: { deliveryId: number; bytes: number }): Promise<void> =>
      deliveries.get(deliveryId)?.allow(bytes),
    checkUnchanged: ({ id }: { id: number }): Promise<void> => sourceOf(id).checkUnchanged(),
    close: async ({ id }: { id: number }): Promise<void> => {
      const source = sources.get(id);
      sources.delete(id);
      const own = [...works].filter((work) => work.source === id);
      for (const { abort } of own) abort.abort(new Error('the source is closed'));
      await Promise.allSettled(own.map(({ ended }) => ended));
      await source?.close();
    },
  };
}

interface ChunkOf {
  readonly id: number;
  readonly chunkName: string;
}

interface Work {
  readonly source: number;
  readonly abort: AbortController;
  readonly ended: Promise<unknown>;
}

/** What a delivery tells before bytes leave. */
export interface Leaving {
  readonly deliveryId: number;
  readonly bytes: number;
  /** With the first bytes of the chunk's last piece. */
  readonly end: ChunkEnd | null;
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
