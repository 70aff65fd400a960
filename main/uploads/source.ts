import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '@shared/errors';
import { sliceLayout } from '@shared/tiff/slice';
import type { DecodeBlock } from '@shared/tiff/sliceEncode';
import { planSlices, type SliceChunk } from '@shared/tiff/slicePlan';
import type { ByteSource, Raster } from '@shared/tiff/types';
import type { Layout } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';
import { fingerprint } from './fingerprint';
import type { Buffers, OpenSource, Piece, SourceIdentity, UploadSource } from './ports';

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
}

/** Opens rasters for uploading: the TIFF core's slices over one open file. */
export function sourceOpener(parts: SourceParts): OpenSource {
  return async (path) => {
    const file = await parts.openFile(path);
    try {
      const { raster } = file;
      const hash = await fingerprint(raster.files[0] as ByteSource);
      const identity = { ...file.identity, hash };
      return new SlicedSource(path, raster, identity, parts.decoderFor(raster), () => file.close());
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

class SlicedSource implements UploadSource {
  readonly #chunks = new Map<string, SliceChunk>();

  constructor(
    private readonly path: string,
    private readonly raster: Raster,
    readonly identity: SourceIdentity,
    private readonly decode: DecodeBlock,
    private readonly closeFile: () => Promise<void>,
  ) {}

  get description(): Raster['description'] {
    return this.raster.description;
  }

  async plan(...[limits, signal]: Parameters<UploadSource['plan']>): ReturnType<UploadSource['plan']> {
    const stem = chunkStem(this.raster.description.name, this.identity.hash);
    const { chunks, skipped } = await planSlices(this.raster, limits, { stem, signal, decode: this.decode });
    this.#chunks.clear();
    const planned: { name: string; window: SliceChunk['window']; bytes: number; verbatim: boolean }[] = [];
    for (const chunk of chunks) {
      signal.throwIfAborted();
      this.#chunks.set(chunk.name, chunk);
      const { size } = await this.#layout(chunk);
      planned.push({ name: chunk.name, window: chunk.window, bytes: size, verbatim: chunk.verbatim });
      await breathe();
    }
    return { chunks: planned, skipped: skipped.map(({ window }) => window) };
  }

  async *read(chunkName: string, signal: AbortSignal, buffers?: Buffers): AsyncIterable<Piece> {
    const chunk = this.#chunks.get(chunkName);
    if (!chunk) throw new AppError('uploads.source_changed', { name: this.raster.description.name });
    const layout = await this.#layout(chunk);
    const hash = createHash('sha1');
    let given = 0;
    for await (const bytes of streamLayout(layout, this.raster.files, {
      signal,
      ...(buffers ? { buffers } : {}),
    })) {
      hash.update(bytes);
      given += bytes.length;
      yield { bytes, sha1: given >= layout.size ? hash.digest('hex') : null };
    }
  }

  #layout(chunk: SliceChunk): Promise<Layout> {
    return sliceLayout(this.raster, chunk.window, { method: chunk.method, decode: this.decode });
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

/** The names of a source's chunks begin with its own and with a piece of its hash: equal names mean equal pixels. */
function chunkStem(name: string, hash: string): string {
  return `${basename(name, extname(name)).slice(0, 80)}-${hash.slice(0, 8)}`;
}
