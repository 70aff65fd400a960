import { m } from '@shared/i18n';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chooseReduction,
  planReduced,
  reducedLayout,
  type Reduction,
  type ReductionCodec,
} from '@shared/tiff/reduce';
import { sliceLayout } from '@shared/tiff/slice';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { planSlices, type SkippedWindow, type SliceLimits } from '@shared/tiff/slicePlan';
import type { PixelWindow, Raster } from '@shared/tiff/types';
import type { Layout } from '@shared/tiff/write';
import { createNodeCodecs, openFile, reducingParts } from '../rasters';
import { cannotWrite, writeLayout } from './chunkFiles';
import { bytes, ProgressLine, say, sayJson } from './output';

export interface SliceCommandOptions {
  readonly out: string;
  readonly targetBytes?: number;
  readonly maxBytes?: number;
  /** px a side */
  readonly maxPixels?: number;
  readonly reduce?: ReductionCodec;
  readonly json?: boolean;
}

interface WrittenChunk {
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly verbatim: boolean;
}

/** Chunks to be written, each laid out when its turn comes. */
interface Cut {
  /** Null where samples stay what they are. */
  readonly reduction: Reduction | null;
  readonly chunks: readonly {
    readonly name: string;
    readonly window: PixelWindow;
    readonly verbatim: boolean;
    readonly layout: () => Promise<Layout>;
  }[];
  readonly skipped: readonly SkippedWindow[];
}

/** Writes the chunks that an upload would send. */
export async function slice(file: string, options: SliceCommandOptions): Promise<void> {
  const opened = await openFile(file);
  try {
    const { raster } = opened;
    const { out, targetBytes, maxBytes, maxPixels: maxSide, reduce } = options;
    const limits = {
      ...(targetBytes === undefined ? {} : { targetBytes }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(maxSide === undefined ? {} : { maxSide }),
    };
    const cut = await (reduce ? cutReduced(raster, limits, reduce) : cutAsItIs(raster, limits));
    await mkdir(out, { recursive: true }).catch((cause: unknown) => {
      throw cannotWrite(out, cause);
    });
    const chunks = await writeAll(raster, cut, out);
    const skipped = cut.skipped.map(({ window: { x, y, width, height }, why }) => ({
      x,
      y,
      width,
      height,
      why,
    }));
    const { reduction } = cut;
    if (options.json) sayJson({ file, chunks, skipped, ...(reduction ? { reduction } : {}) });
    else say(summary(file, chunks, skipped.length, out, reduction));
  } finally {
    await opened.close();
  }
}

async function cutAsItIs(raster: Raster, limits: SliceLimits): Promise<Cut> {
  const decode = blockDecoder(raster, createNodeCodecs());
  const { chunks, skipped } = await planSlices(raster, limits, { decode });
  return {
    reduction: null,
    skipped,
    chunks: chunks.map(({ name, window, method, verbatim }) => ({
      name,
      window,
      verbatim,
      layout: () => sliceLayout(raster, window, { method, decode }),
    })),
  };
}

async function cutReduced(raster: Raster, limits: SliceLimits, codec: ReductionCodec): Promise<Cut> {
  const codecs = createNodeCodecs();
  const parts = reducingParts(codecs);
  const reduction = await chooseReduction(raster, codecs, codec);
  const decode = blockDecoder(raster, codecs);
  const { chunks, skipped } = await planReduced(raster, reduction, limits, { parts, decode });
  return {
    reduction,
    skipped,
    chunks: chunks.map((chunk) => ({
      name: chunk.name,
      window: chunk.window,
      verbatim: false,
      layout: () => reducedLayout(raster, chunk, reduction, parts),
    })),
  };
}

async function writeAll(raster: Raster, cut: Cut, out: string): Promise<WrittenChunk[]> {
  const progress = new ProgressLine();
  const written: WrittenChunk[] = [];
  for (const { name, window, verbatim, layout } of cut.chunks) {
    progress.show(written.length / cut.chunks.length, name);
    const path = join(out, name);
    const laidOut = await layout();
    await writeLayout(laidOut, raster.files, path);
    const { x, y, width, height } = window;
    written.push({ path, x, y, width, height, bytes: laidOut.size, verbatim });
  }
  progress.clear();
  return written;
}

function summary(
  file: string,
  chunks: readonly WrittenChunk[],
  skipped: number,
  out: string,
  reduction: Reduction | null,
): string {
  const total = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const asStored = chunks.every((chunk) => chunk.verbatim) ? m.cli_verbatim() : m.cli_reencoded();
  const how = reduction ? reducedInWords(reduction) : asStored;
  const facts = { file, count: chunks.length, size: bytes(total), how, folder: out };
  return skipped > 0 ? m.cli_sliced_with_gaps({ ...facts, skipped }) : m.cli_sliced(facts);
}

/** What was kept, and the numbers that values were stretched by. */
function reducedInWords({ channels, cuts }: Reduction): string {
  const kept = m.cli_reduced({ bands: channels });
  if (!cuts) return kept;
  const numbers = cuts.map(([low, high]) => `${low} – ${high}`).join(', ');
  return `${kept}, ${m.cli_reduced_cuts({ cuts: numbers })}`;
}
