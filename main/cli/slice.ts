import { m } from '@shared/i18n';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AppError } from '@shared/errors';
import { sliceLayout } from '@shared/tiff/slice';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { planSlices, type SliceChunk } from '@shared/tiff/slicePlan';
import type { Raster } from '@shared/tiff/types';
import { streamLayout } from '@shared/tiff/writeStream';
import { createNodeCodecs, openFile } from '../rasters';
import { bytes, ProgressLine, say, sayJson } from './output';

export interface SliceCommandOptions {
  readonly out: string;
  readonly targetBytes?: number;
  readonly maxBytes?: number;
  /** px a side */
  readonly maxPixels?: number;
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

/** Writes the chunks that an upload would send. */
export async function slice(file: string, options: SliceCommandOptions): Promise<void> {
  const opened = await openFile(file);
  try {
    const { raster } = opened;
    const decode = blockDecoder(raster, createNodeCodecs());
    const { out, targetBytes, maxBytes, maxPixels: maxSide } = options;
    const limits = {
      ...(targetBytes === undefined ? {} : { targetBytes }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(maxSide === undefined ? {} : { maxSide }),
    };
    const plan = await planSlices(raster, limits, { decode });
    await mkdir(out, { recursive: true }).catch((cause: unknown) => {
      throw cannotWrite(out, cause);
    });
    const progress = new ProgressLine();
    const chunks: WrittenChunk[] = [];
    for (const chunk of plan.chunks) {
      progress.show(chunk.index / plan.chunks.length, chunk.name);
      const path = join(out, chunk.name);
      const written = await write(raster, chunk, path, decode);
      const { x, y, width, height } = chunk.window;
      chunks.push({ path, x, y, width, height, bytes: written, verbatim: chunk.verbatim });
    }
    progress.clear();
    const skipped = plan.skipped.map(({ window: { x, y, width, height }, why }) => ({
      x,
      y,
      width,
      height,
      why,
    }));
    if (options.json) sayJson({ file, chunks, skipped });
    else say(summary(file, chunks, skipped.length, out));
  } finally {
    await opened.close();
  }
}

/** A chunk appears under its name when it is whole. Returns its bytes. */
async function write(
  raster: Raster,
  { window, method }: SliceChunk,
  path: string,
  decode: ReturnType<typeof blockDecoder>,
): Promise<number> {
  const layout = await sliceLayout(raster, window, { method, decode });
  const unfinished = `${path}.part`;
  const target = createWriteStream(unfinished);
  const done = finished(target);
  // Reported by the await below.
  done.catch(() => undefined);
  try {
    for await (const piece of streamLayout(layout, raster.files)) {
      if (!target.write(piece)) await Promise.race([once(target, 'drain'), done]);
    }
    target.end();
    await done;
    await rename(unfinished, path);
  } catch (cause) {
    target.destroy();
    await rm(unfinished, { force: true });
    throw cause instanceof AppError ? cause : cannotWrite(path, cause);
  }
  return layout.size;
}

function cannotWrite(path: string, cause: unknown): AppError {
  return new AppError('cli.cannot_write', { path }, { cause, details: String(cause) });
}

function summary(file: string, chunks: readonly WrittenChunk[], skipped: number, out: string): string {
  const total = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const how = chunks.every((chunk) => chunk.verbatim) ? m.cli_verbatim() : m.cli_reencoded();
  const facts = { file, count: chunks.length, size: bytes(total), how, folder: out };
  return skipped > 0 ? m.cli_sliced_with_gaps({ ...facts, skipped }) : m.cli_sliced(facts);
}
