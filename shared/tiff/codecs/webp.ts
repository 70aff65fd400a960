import decodeImage, { init } from '@jsquash/webp/decode.js';
import wasmUrl from '@jsquash/webp/codec/dec/webp_dec.wasm?url&inline';
import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';
import { channelsOf } from './rawSamples';
import { compileWasm } from './wasmAsset';

/** The package's types name the browser's ImageData and take ArrayBuffers alone; neither is all there is to it. */
const decodeRgba = decodeImage as unknown as (bytes: Uint8Array) => Promise<{ data: Uint8ClampedArray }>;

let ready: Promise<void> | undefined;

/**
 * WebP (code 50001) by libwebp in WebAssembly. In the window too: a canvas would multiply colours by alpha and lose them
 * where it is 0, and GDAL's values are the measure.
 */
export const decodeWebp: BlockDecoder = async (bytes, job) => {
  const { coding, width, height } = job;
  const channels = channelsOf(job);
  const size = webpSize(bytes);
  if (!size || size.width !== width || size.height !== height || channels < 3 || channels > 4) {
    throw corruptBlock(coding, size ? `image of ${size.width} x ${size.height} px` : 'no WebP image');
  }
  await (ready ??= start());
  const image = await decodeRgba(bytes).catch((cause: unknown) => {
    throw corruptBlock(coding, 'WebP decoder failed', cause);
  });
  const rgba = new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);
  return { width, height, channels, samples: channels === 4 ? rgba : withoutAlpha(rgba) };
};

async function start(): Promise<void> {
  // A compiled module is taken as well as options, though the types do not say so.
  await init((await compileWasm(wasmUrl)) as Parameters<typeof init>[0]);
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size that a WebP file states (RFC 9649), so that nothing larger than the block is ever decoded. */
function webpSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 30) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (text(0) !== 'RIFF' || text(8) !== 'WEBP') return null;
  const chunk = text(12);
  if (chunk === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (chunk === 'VP8L') {
    const packed = view.getUint32(21, true);
    return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8X') {
    const width = 1 + (view.getUint32(24, true) & 0xffffff);
    return { width, height: 1 + (view.getUint32(26, true) >>> 8) };
  }
  return null;
}
