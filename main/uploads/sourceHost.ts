import { AppError } from '@shared/errors';
import type { RpcContext } from '@shared/rpc';
import type { RasterDescription } from '@shared/tiff/types';
import type { OpenSource, Piece, PlanLimits, SourceIdentity, SourcePlan, UploadSource } from './ports';

/** The answering end of upload sources that live in a thread of their own: parsing, planning and decoding block nobody there. */
export function sourceMethods(open: OpenSource) {
  const sources = new Map<number, UploadSource>();
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
    checkUnchanged: ({ id }: { id: number }): Promise<void> => sourceOf(id).checkUnchanged(),
    close: async ({ id }: { id: number }): Promise<void> => {
      const source = sources.get(id);
      sources.delete(id);
      await Promise.all(
        [...reads].filter(([, read]) => read.source === id).map(([readId]) => endRead(readId)),
      );
      await source?.close();
    },
  };
}

export interface OpenedSource {
  readonly id: number;
  readonly description: RasterDescription;
  readonly identity: SourceIdentity;
}

export type SourceMethods = ReturnType<typeof sourceMethods>;
