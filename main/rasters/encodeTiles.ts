import { deflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { CodecRegistry } from '@shared/tiff/types';
import type { EncodeTiles, ReducingParts } from '@shared/tiff/reduce';

type Turbo = typeof import('@julusian/jpeg-turbo');

const deflated = promisify(deflate) as (bytes: Uint8Array, options: { level: number }) => Promise<Buffer>;

/** The network is slower than any level; beyond this one hardly a byte is saved. */
const LEVEL = 6;

let turbo: Promise<Turbo> | undefined;

/** What reduced chunks are made with here: libjpeg-turbo and zlib, in Node's pool of threads. */
export const reducingParts = (codecs: CodecRegistry): ReducingParts => ({ codecs, encode: encodeTiles });

/** JPEG as overviews have it, colours of half the resolution; Deflate of the differences of neighbours. */
export const encodeTiles: EncodeTiles = {
  image: async (pixels, side, { codec, quality, channels }) => {
    if (codec === 'deflate')
      return deflated(differences(pixels, side * channels, channels), { level: LEVEL });
    const native = await (turbo ??= load());
    const grey = channels === 1;
    const bytes = await native.compress(Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), {
      format: grey ? native.FORMAT_GRAY : native.FORMAT_RGB,
      width: side,
      height: side,
      subsampling: grey ? native.SAMP_GRAY : native.SAMP_420,
      quality,
    });
    // It may be a view of a buffer of the largest size.
    return Uint8Array.from(bytes);
  },
  mask: (bits) => deflated(bits, { level: LEVEL }),
};

async function load(): Promise<Turbo> {
  const module = (await import('@julusian/jpeg-turbo')) as Turbo & { readonly default?: Turbo };
  return module.default ?? module;
}

/** Horizontal differencing (TIFF 6.0 §14) of bytes, in place. */
function differences(pixels: Uint8Array, rowBytes: number, channels: number): Uint8Array {
  for (let start = 0; start < pixels.length; start += rowBytes) {
    for (let i = start + rowBytes - 1; i >= start + channels; i--) pixels[i]! -= pixels[i - channels]!;
  }
  return pixels;
}
