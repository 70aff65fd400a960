import { AppError } from '@shared/errors';
import type { PixelValues } from '@shared/ipc/desk';
import { decodeJpegSample } from '@shared/tiff/codecs/jpeg/scaled';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import { composePyramid } from '@shared/tiff/compose';
import { sampledStatistics, type SampledBand } from '@shared/tiff/statistics';
import type { TilePixels } from '@shared/tiff/tiles/average';
import { samplePreview } from '@shared/tiff/tiles/samplePreview';
import type { BlockRange, CodecRegistry, Level, Raster, RasterDescription } from '@shared/tiff/types';
import { splitStrips } from '@shared/tiff/windowStrips';
import { readBlocks, readRanges, storedBlocks } from './blockReads';
import type { FileIdentity } from './fileSource';
import { bandSha256, fileSha256 } from './hashes';
import { openFile, type OpenedFile } from './openFile';
import { readPixel } from './readPixel';
import { saveCog } from './saveCog';

export interface OpenRequest {
  /** Chosen by the caller, so that it can open the raster again under it. */
  readonly id: string;
  readonly path: string;
  /** Given when it was open before: another file by that name is refused. */
  readonly identity?: FileIdentity;
  /** A file of overviews that belong to it. */
  readonly overviews?: string;
}

export interface OpenAnswer {
  readonly description: RasterDescription;
  readonly identity: FileIdentity;
}

export interface ReadBlocksRequest {
  readonly id: string;
  readonly kind: 'image' | 'mask';
  /** Index into description.levels or description.maskLevels. */
  readonly level: number;
  /** As in Raster.blockRange; large uncompressed strips count in the parts of `splitDescription`. */
  readonly indices: readonly number[];
}

/** Bytes of a file that is no raster yet. */
export interface ReadRangesRequest {
  readonly path: string;
  readonly ranges: readonly BlockRange[];
}

export interface PixelRequest {
  readonly id: string;
  /** Of the full resolution. */
  readonly column: number;
  readonly row: number;
}

export interface PreviewRequest {
  readonly id: string;
  /** Zero-based; null for all but alpha. */
  readonly bands: readonly number[] | null;
}

interface Context {
  readonly signal?: AbortSignal;
  readonly progress?: (data: unknown) => void;
}

interface Held {
  readonly file: OpenedFile;
  /** Overviews from elsewhere than beside the file. */
  readonly overviews: OpenedFile | null;
  /** The file's raster with these. */
  readonly raster: Raster;
  /** The raster as the window sees it: large uncompressed strips in parts. */
  readonly split: Raster;
  /** Coarse pictures by their bands: whoever asks again gets the same. */
  readonly previews: Map<string, Promise<TilePixels | null>>;
}

/** The rasters that are open in one process. Every method takes and gives plain data, so that it can stand behind a port. */
export class RasterService {
  readonly #held = new Map<string, Held>();

  readonly #previewCodecs: ReducingCodecs;

  constructor(private readonly codecs: CodecRegistry) {
    this.#previewCodecs = {
      get: (compression) => codecs.get(compression),
      reduced: { jpeg: decodeJpegSample },
    };
  }

  /** Throws `rasters.file_missing`, `rasters.file_changed`, `tiff.*`. */
  async open({ id, path, identity, overviews }: OpenRequest): Promise<OpenAnswer> {
    const file = await openFile(path);
    const { size, mtimeMs } = file.identity;
    if (identity && (identity.size !== size || identity.mtimeMs !== mtimeMs)) {
      await file.close();
      throw new AppError('rasters.file_changed', { file: file.raster.description.name });
    }
    await this.close({ id });
    this.#hold(id, file, null);
    if (overviews) await this.attach({ id, overviews });
    return { description: this.#get(id).raster.description, identity: file.identity };
  }

  /** Reads overviews out of a file from now on. Throws `rasters.not_open`, `tiff.overviews_do_not_fit` and others. */
  async attach({
    id,
    overviews,
  }: {
    readonly id: string;
    readonly overviews: string;
  }): Promise<RasterDescription> {
    const added = await openFile(overviews);
    try {
      const { file, overviews: before } = this.#get(id);
      this.#hold(id, file, added);
      await before?.close();
    } catch (error) {
      await added.close();
      throw error;
    }
    return this.#get(id).raster.description;
  }

  #hold(id: string, file: OpenedFile, overviews: OpenedFile | null): void {
    const raster = overviews ? composePyramid(file.raster, overviews.raster) : file.raster;
    this.#held.set(id, { file, overviews, raster, split: splitStrips(raster), previews: new Map() });
  }

  async close({ id }: { readonly id: string }): Promise<void> {
    const held = this.#held.get(id);
    this.#held.delete(id);
    await Promise.all([held?.file.close(), held?.overviews?.close()]);
  }

  /** The stored bytes of blocks, null for sparse ones. Throws `rasters.not_open`, `tiff.*`, `rasters.file_changed`. */
  async readBlocks(
    { id, kind, level, indices }: ReadBlocksRequest,
    { signal }: Context = {},
  ): Promise<(Uint8Array | null)[]> {
    const { split } = this.#get(id);
    return readBlocks(split, levelOf(split, kind, level), indices, { signal });
  }

  /**
   * Which blocks of an image level the file holds, one bit each, lowest first; null for more of them than are worth a list.
   * Counts as `readBlocks` does.
   */
  async storedBlocks({
    id,
    level,
  }: {
    readonly id: string;
    readonly level: number;
  }): Promise<Uint8Array | null> {
    const { split } = this.#get(id);
    return storedBlocks(split, levelOf(split, 'image', level));
  }

  /** See samplePreview. */
  preview({ id, bands }: PreviewRequest): Promise<TilePixels | null> {
    const { split, previews } = this.#get(id);
    const key = String(bands);
    const known = previews.get(key) ?? samplePreview(split, bands, this.#previewCodecs);
    previews.set(key, known);
    return known;
  }

  async statistics({ id }: { readonly id: string }, { signal }: Context = {}): Promise<SampledBand[]> {
    return sampledStatistics(this.#get(id).raster, this.codecs, signal);
  }

  /** All bands of one pixel. Throws as readBlocks does. */
  async pixel({ id, column, row }: PixelRequest, { signal }: Context = {}): Promise<PixelValues> {
    return readPixel(this.#get(id).file.raster, this.codecs, column, row, signal);
  }

  /** SHA-256 of each decoded band. Progress: {done, total} in rows. */
  async hashBands(
    { id }: { readonly id: string },
    { signal, progress = () => undefined }: Context = {},
  ): Promise<string[]> {
    const { raster } = this.#get(id);
    return bandSha256(raster, this.codecs, signal, (done, total) => progress({ done, total }));
  }

  /** SHA-256 of the raster's main file. */
  async hashFile({ id }: { readonly id: string }, { signal }: Context = {}): Promise<string> {
    return fileSha256(this.#get(id).file.path, signal);
  }

  /** Writes the raster with its overviews as a COG. Progress: {done, total} in bytes. See saveCog. */
  async saveCog(
    { id, target }: { readonly id: string; readonly target: string },
    { signal, progress = () => undefined }: Context = {},
  ): Promise<number> {
    return saveCog(this.#get(id).raster, target, signal, (done, total) => progress({ done, total }));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.close({ id })));
  }

  #get(id: string): Held {
    const held = this.#held.get(id);
    if (!held) throw new AppError('rasters.not_open');
    return held;
  }
}

function levelOf(raster: Raster, kind: 'image' | 'mask', index: number): Level {
  const { description } = raster;
  const level = (kind === 'image' ? description.levels : description.maskLevels)[index];
  if (!level) throw new AppError('tiff.unknown_level', { file: description.name });
  return level;
}

/** The service's methods as the port offers them. */
export function rasterMethods(service: RasterService) {
  return {
    open: (input: OpenRequest) => service.open(input),
    attach: (input: { readonly id: string; readonly overviews: string }) => service.attach(input),
    close: (input: { readonly id: string }) => service.close(input),
    readBlocks: (input: ReadBlocksRequest, context: Context) => service.readBlocks(input, context),
    storedBlocks: (input: { readonly id: string; readonly level: number }) => service.storedBlocks(input),
    preview: async (input: PreviewRequest) => service.preview(input),
    readRanges: ({ path, ranges }: ReadRangesRequest) => readRanges(path, ranges),
    statistics: (input: { readonly id: string }, context: Context) => service.statistics(input, context),
    pixel: (input: PixelRequest, context: Context) => service.pixel(input, context),
    saveCog: (input: { readonly id: string; readonly target: string }, context: Context) =>
      service.saveCog(input, context),
    hashBands: (input: { readonly id: string }, context: Context) => service.hashBands(input, context),
    hashFile: (input: { readonly id: string }, context: Context) => service.hashFile(input, context),
  };
}

export type RasterMethods = ReturnType<typeof rasterMethods>;
