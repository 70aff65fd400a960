import type { DecodedBlock } from '../types';

/** bytes: what is smaller than this lies together with other things, in memory that is used again anyway. */
const LEAST = 128 * 1024;

/**
 * Gives back the memory of a decoded block that nobody will look at again. Waiting for the garbage collector means that every
 * block is written to memory that was never touched, which costs more than most codecs do.
 * @param stored what the block was decoded from; an uncompressed block that is part of it stays; null where it has memory of its own
 */
export function releaseBlock({ samples }: DecodedBlock, stored: Uint8Array | null): void {
  const buffer = samples.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  const { byteLength } = samples;
  if (byteLength < LEAST || byteLength * 2 <= buffer.byteLength || buffer === stored?.buffer) return;
  try {
    buffer.transfer?.(0);
  } catch {
    // The memory of a WebAssembly decoder, which keeps it.
  }
}
