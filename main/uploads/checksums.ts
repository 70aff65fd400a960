import { createHash } from 'node:crypto';
import type { ByteSource } from '@shared/tiff/types';
import { isFileRange, type Layout } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';
import { PieceBuffers } from './pieceBuffers';

/** Computes the SHA-1 of layouts away from the thread that sends them. */
export interface Checksums {
  /** Lower-case hex, of a layout of stored bytes. Throws as `sha1Of`. */
  sha1(layout: Layout, files: readonly ByteSource[], signal: AbortSignal): Promise<string>;
}

/** Whether a layout is nothing but bytes, at hand or in files: what another thread can read, and reads the same again. */
export function isStored(layout: Layout): boolean {
  return layout.parts.every((part) => part instanceof Uint8Array || isFileRange(part));
}

/**
 * The SHA-1 (lower-case hex) of a layout's bytes. Throws `tiff.source_changed`, what the files throw, and the signal's reason
 * once it is aborted.
 */
export async function sha1Of(
  layout: Layout,
  files: readonly ByteSource[],
  signal: AbortSignal,
  buffers = new PieceBuffers(),
): Promise<string> {
  const hash = createHash('sha1');
  for await (const bytes of streamLayout(layout, files, { signal, buffers })) {
    hash.update(bytes);
    buffers.leaving(bytes);
    buffers.left(bytes);
  }
  return hash.digest('hex');
}
