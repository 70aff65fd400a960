import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '@shared/errors';
import { sliceLayout } from '@shared/tiff/slice';
import type { DecodeBlock } from '@shared/tiff/sliceEncode';
import { planSlices, type SliceChunk } from '@shared/tiff/slicePlan';
import {
  chooseReduction,
  planReduced,
  reducedLayout,
  type ReducedChunk,
  type ReducingParts,
  type Reduction,
} from '@shared/tiff/reduce';
import type { ByteSource, Raster } from '@shared/tiff/types';
import type { Layout } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';
import { fingerprint } from './fingerprint';
import { isStored, sha1Of, type Checksums } from './checksums';
import { KeptLayouts } from './keptLayouts';
import { MadeChunks } from './madeChunks';
import type { Buffers, OpenReadSource, Piece, PlannedChunk, ReadSource, SourceIdentity } from './ports';

/** A raster opened for reading, with the files beside it. */
export interface OpenedRaster {
  readonly raster: Raster;
  /** bytes, and ms since 1970 */
  readonly identity: { readonly size: number; readonly mtimeMs: number };
  close(): Promise<void>;
}

export interface SourceParts {
  /** Throws `tiff.*`, `rasters.*`. */
  readonly openFile: (path: string) => Promise<OpenedRaster>;
  /** Decodes blocks where stored bytes cannot be used as they are, and to find out whether a part is empty. */
  readonly decoderFor: (raster: Raster) => DecodeBlock;
  /** Makes chunks that are reduced. */
  readonly reducing: ReducingParts;
  /** Computes the SHA-1 of what is nothing but bytes of the files, elsewhere; absent where there is nobody who would. */
  readonly checksums?: Checksums;
}

/** Opens rasters for uploading: the TIFF core's slices over one open file. */
export function sourceOpener(parts: SourceParts): OpenReadSource {
  return async (path) => {
    const file = await parts.openFile(path);
    try {
      const { raster } = file;
      const hash = await fingerprint(raster.files[0] as ByteSource);
      const identity = { ...file.identity, hash };
      return new SlicedSource(path, raster, identity, parts, () => file.close());
    } catch (error) {
      await file.close();
      throw error;
    }
  };
}

async function statOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  return stat(path).catch((cause: unknown) => {
    throw new AppError('uploads.source_missing', { name: basename(path) }, { cause });
  });
}

class SlicedSource implements ReadSource {
  readonly #chunks = new Map<string, SliceChunk>();
  readonly #reduced = new Map<string, ReducedChunk & { readonly reduction: Reduction }>();
  readonly #made = new MadeChunks((chunkName, signal) => this.#reducedLayout(chunkName, signal));
  readonly #layouts = new KeptLayouts();
  readonly #decode: DecodeBlock;

  constructor(
    private readonly path: string,
    private readonly raster: Raster,
    readonly identity: SourceIdentity,
    private readonly parts: SourceParts,
    private readonly closeFile: () => Promise<void>,
  ) {
    this.#decode = parts.decoderFor(raster);
  }

  get description(): Raster['description'] {
    return this.raster.description;
  }

  async plan(...[limits, signal]: Parameters<ReadSource['plan']>): ReturnType<ReadSource['plan']> {
    const stem = chunkStem(this.raster.description.name, this.identity.hash);
    this.#chunks.clear();
    this.#reduced.clear();
    this.#made.clear();
    this.#layouts.clear();
    if (limits.reduction) return this.#planReduced(limits, limits.reduction, stem, signal);
    const { chunks, skipped } = await planSlices(this.raster, limits, { stem, signal, decode: this.#decode });
    const planned: PlannedChunk[] = [];
    for (const chunk of chunks) {
      signal.throwIfAborted();
      this.#chunks.set(chunk.name, chunk);
      const { size } = await this.#layout(chunk);
      const { name, window, verbatim } = chunk;
      planned.push({ name, window, bytes: size, exact: true, verbatim });
      await breathe();
    }
    return { chunks: planned, skipped: skipped.map(({ window }) => window) };
  }

  reduction(...[codec, signal]: Parameters<ReadSource['reduction']>): Promise<Reduction> {
    return chooseReduction(this.raster, this.parts.reducing.codecs, codec, signal);
  }

  make(...[chunkName, signal]: Parameters<ReadSource['make']>): ReturnType<ReadSource['make']> {
    return this.#made.make(chunkName, signal);
  }

  async drop(chunkName: string): Promise<void> {
    this.#made.drop(chunkName);
  }

  async *read(chunkName: string, signal: AbortSignal, buffers?: Buffers): AsyncIterable<Piece> {
    const layout = await this.#layoutOf(chunkName, signal);
    // What is read again as it lies is hashed later, by a thread that nobody waits for; what is made is hashed as it is.
    const hash = this.parts.checksums && isStored(layout) ? null : createHash('sha1');
    let given = 0;
    for await (const bytes of streamLayout(layout, this.raster.files, {
      signal,
      ...(buffers ? { buffers } : {}),
    })) {
      hash?.update(bytes);
      given += bytes.length;
      yield { bytes, end: given >= layout.size ? { sha1: hash?.digest('hex') ?? null } : null };
    }
  }

  async sha1(chunkName: string, signal: AbortSignal): Promise<string> {
    const layout = await this.#layoutOf(chunkName, signal);
    const { checksums } = this.parts;
    const { files } = this.raster;
    const elsewhere = isStored(layout) ? checksums : undefined;
    const sha1 = await (elsewhere?.sha1(layout, files, signal) ?? sha1Of(layout, files, signal));
    this.#layouts.drop(chunkName);
    return sha1;
  }

  #layoutOf(chunkName: string, signal: AbortSignal): Promise<Layout> {
    return this.#reduced.has(chunkName)
      ? this.#made.layout(chunkName, signal)
      : this.#layout(this.#planned(this.#chunks, chunkName));
  }

  async #planReduced(
    limits: Parameters<ReadSource['plan']>[0],
    reduction: Reduction,
    stem: string,
    signal: AbortSignal,
  ): ReturnType<ReadSource['plan']> {
    const { chunks, skipped } = await planReduced(this.raster, reduction, limits, {
      stem: `${stem}-${reductionMark(reduction)}`,
      signal,
      decode: this.#decode,
      parts: this.parts.reducing,
    });
    for (const chunk of chunks) this.#reduced.set(chunk.name, { ...chunk, reduction });
    return {
      chunks: chunks.map(({ name, window, estimatedBytes }) => ({
        name,
        window,
        bytes: estimatedBytes,
        exact: false,
        verbatim: false,
      })),
      skipped: skipped.map(({ window }) => window),
    };
  }

  async #layout({ name, window, method }: SliceChunk): Promise<Layout> {
    const kept = this.#layouts.get(name);
    if (kept) return kept;
    const layout = await sliceLayout(this.raster, window, { method, decode: this.#decode });
    // One that is encoded has its checksum when it has left: nobody comes for it again.
    if (isStored(layout)) this.#layouts.keep(name, layout);
    return layout;
  }

  async #reducedLayout(chunkName: string, signal: AbortSignal): Promise<Layout> {
    const { reduction, ...chunk } = this.#planned(this.#reduced, chunkName);
    return reducedLayout(this.raster, chunk, reduction, this.parts.reducing, signal);
  }

  #planned<T>(chunks: ReadonlyMap<string, T>, chunkName: string): T {
    const chunk = chunks.get(chunkName);
    if (!chunk) throw new AppError('uploads.source_changed', { name: this.raster.description.name });
    return chunk;
  }

  async checkUnchanged(): Promise<void> {
    const now = await statOf(this.path);
    if (now.size !== this.identity.size || now.mtimeMs !== this.identity.mtimeMs) {
      throw new AppError('uploads.source_changed', { name: basename(this.path) });
    }
  }

  close(): Promise<void> {
    return this.closeFile();
  }
}

/** Tells the chunks of one reduction from those of another: equal names mean equal pixels. */
function reductionMark(reduction: Reduction): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(reduction).sort()));
  return `${reduction.codec}-${hash.digest('hex').slice(0, 6)}`;
}

/** The names of a source's chunks begin with its own and with a piece of its hash: equal names mean equal pixels. */
function chunkStem(name: string, hash: string): string {
  return `${basename(name, extname(name)).slice(0, 80)}-${hash.slice(0, 8)}`;
}
