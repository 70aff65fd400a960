import { decode, getBlobInfo, load, type LercData } from 'lerc';
import type { BlockDecoder, BlockJob, CodecRegistry, Compression, DecodedBlock, SampleArray } from '../types';
import { NATIVE, swapped } from './byteOrder';
import { corruptBlock } from './errors';
import { channelsOf } from './rawSamples';

const SAMPLE_TYPES: Readonly<Record<string, string>> = {
  S8: 'int8',
  U8: 'uint8',
  S16: 'int16',
  U16: 'uint16',
  S32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  F64: 'float64',
};

let ready: Promise<void> | undefined;

/**
 * LERC (code 34887) by Esri's WebAssembly, with the second compression that tag 50674 may name. An 8-bit alpha band of
 * nothing but 0 and 255 is stored as LERC's mask, as are the NaN of floating point bands (libtiff's tif_lerc.c).
 * @param wasmUrl where its `.wasm` file lies; beside its module when left out
 */
export function createLerc(codecs: CodecRegistry, wasmUrl: string | undefined): BlockDecoder {
  return async (bytes, job) => {
    await (ready ??= load(wasmUrl === undefined ? {} : { locateFile: () => wasmUrl }));
    const blob = await outerDecoded(bytes, job, codecs);
    try {
      return decodeBlob(blob, job);
    } catch (cause) {
      throw corruptBlock(job.coding, 'LERC decoder failed', cause);
    }
  };
}

/** Undoes the compression around the LERC blob, which is at most a third larger than the samples. */
async function outerDecoded(bytes: Uint8Array, job: BlockJob, codecs: CodecRegistry): Promise<Uint8Array> {
  const compression = OUTER[job.coding.lercParameters?.[1] ?? 0];
  if (compression === undefined) return bytes;
  const expectedBytes = 4096 + Math.ceil((job.expectedBytes * 4) / 3) + job.width * job.height;
  const decoded = await codecs.get(compression)?.(bytes, { ...job, expectedBytes });
  if (!(decoded instanceof Uint8Array)) throw corruptBlock(job.coding, 'second compression missing');
  return decoded;
}

const OUTER: Readonly<Record<number, Compression>> = { 1: 'deflate', 2: 'zstd' };

function decodeBlob(blob: Uint8Array, job: BlockJob): DecodedBlock {
  const { coding, width, height } = job;
  const channels = channelsOf(job);
  const info = getBlobInfo(blob);
  const depths = info.depthCount;
  const alphaInMask = depths === channels - 1 && channels > 1 && coding.sampleType === 'uint8';
  if (info.width !== width || info.height !== height || info.bandCount !== 1) {
    throw corruptBlock(coding, `image of ${info.width} x ${info.height} px`);
  }
  if (depths !== channels && !alphaInMask) throw corruptBlock(coding, `${depths} values a pixel`);
  const data = decode(blob, { returnInterleaved: true });
  if (SAMPLE_TYPES[data.pixelType] !== coding.sampleType)
    throw corruptBlock(coding, `type ${data.pixelType}`);
  const samples = inFileOrder(data.pixels[0] as SampleArray, job);
  if (alphaInMask) return { width, height, channels, samples: withAlpha(samples, data, channels) };
  if (data.mask && coding.sampleType.startsWith('float')) fillMasked(samples, data.mask, channels);
  return { width, height, channels, samples };
}

/** libtiff turns the words of big-endian files round before LERC sees them, though LERC has a byte order of its own. */
function inFileOrder(samples: SampleArray, { coding }: BlockJob): SampleArray {
  const width = samples.BYTES_PER_ELEMENT;
  if (coding.byteOrder === NATIVE || width === 1) return samples;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const turned = swapped(bytes, bytes.length, width as 2 | 4 | 8);
  return new (samples.constructor as typeof Uint16Array)(turned.buffer as ArrayBuffer);
}

function withAlpha(colours: SampleArray, { mask }: LercData, channels: number): Uint8Array {
  const pixels = colours.length / (channels - 1);
  const out = new Uint8Array(pixels * channels);
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++) {
    for (let channel = 1; channel < channels; channel++) out[to++] = colours[from++] as number;
    out[to++] = !mask || mask[pixel] ? 255 : 0;
  }
  return out;
}

function fillMasked(samples: SampleArray, mask: Uint8Array, channels: number): void {
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel]) continue;
    (samples as Float32Array).fill(NaN, pixel * channels, (pixel + 1) * channels);
  }
}
