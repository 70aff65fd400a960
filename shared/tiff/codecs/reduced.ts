import { createSamples } from '../samples';
import type { BlockJob, CodecRegistry, Compression, DecodedBlock, SampleArray } from '../types';
import { decodeBlock } from './decodeBlock';
import { releaseBlock } from './release';

export type Denominator = 2 | 4 | 8;

/** Decodes a block to a fraction of its size; null where it cannot, so that the block is decoded whole and averaged. */
export type ReducedDecoder = (
  bytes: Uint8Array,
  job: BlockJob,
  denominator: Denominator,
) => Promise<DecodedBlock | null>;

/** Codecs of which some can decode to a fraction of the size at a fraction of the cost. */
export interface ReducingCodecs extends CodecRegistry {
  readonly reduced?: Readonly<Partial<Record<Compression, ReducedDecoder>>>;
}

/**
 * A block at 1/2, 1/4 or 1/8 of its size, rounded up: for previews of images without overviews. Means of squares of pixels
 * (cut at the edges), or what the codec makes of it. Nodata and masks are not looked at. Throws as decodeBlock does.
 */
export async function decodeReduced(
  bytes: Uint8Array,
  job: BlockJob,
  denominator: Denominator,
  codecs: ReducingCodecs,
): Promise<DecodedBlock> {
  const reduced = await codecs.reduced?.[job.coding.compression]?.(bytes, job, denominator);
  if (reduced) return reduced;
  const whole = await decodeBlock(bytes, job, codecs);
  const small = averaged(whole, job, denominator);
  releaseBlock(whole, bytes);
  return small;
}

function averaged(block: DecodedBlock, job: BlockJob, denominator: number): DecodedBlock {
  const { channels } = block;
  const width = Math.ceil(block.width / denominator);
  const height = Math.ceil(block.height / denominator);
  const samples = createSamples(job.coding.sampleType, width * height * channels);
  const big = samples instanceof BigInt64Array || samples instanceof BigUint64Array;
  const whole = !(samples instanceof Float32Array || samples instanceof Float64Array);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++, to++) {
        const mean = meanOf(block, x * denominator, y * denominator, channel, denominator);
        if (big) (samples as BigInt64Array)[to] = BigInt(Math.round(mean));
        else (samples as Float64Array)[to] = whole ? Math.round(mean) : mean;
      }
    }
  }
  return { width, height, channels, samples };
}

function meanOf(block: DecodedBlock, left: number, top: number, channel: number, side: number): number {
  const right = Math.min(left + side, block.width);
  const bottom = Math.min(top + side, block.height);
  const samples: SampleArray = block.samples;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      sum += Number(samples[(y * block.width + x) * block.channels + channel]);
    }
  }
  return sum / ((right - left) * (bottom - top));
}
