import type { DecompressReturn } from '@julusian/jpeg-turbo';
import { decodeJpeg, prepareJpeg, type PreparedJpeg } from '@shared/tiff/codecs/jpeg';
import type { BlockDecoder } from '@shared/tiff/types';
import { fitFrame } from './fitFrame';

type Turbo = typeof import('@julusian/jpeg-turbo');

let turbo: Promise<Turbo> | undefined;

/** JPEG by libjpeg-turbo with its fast DCT; what that cannot decode goes to the exact decoder. */
export const decodeJpegFast: BlockDecoder = async (bytes, job) => {
  const prepared = prepareJpeg(bytes, job);
  const channels = prepared.frame.components.length;
  const decoded = isPlain(prepared) ? decompress(await (turbo ??= loadTurbo()), prepared) : null;
  if (!decoded) return decodeJpeg(bytes, job);
  const pixels = new Uint8Array(decoded.data.buffer, decoded.data.byteOffset, decoded.size);
  return {
    width: job.width,
    height: job.height,
    channels,
    samples: fitFrame(pixels, decoded, channels, job),
  };
};

/** The native libjpeg-turbo. Rejects where there is no binary for this system. */
export async function loadTurbo(): Promise<Turbo> {
  const module = (await import('@julusian/jpeg-turbo')) as Turbo & { readonly default?: Turbo };
  return module.default ?? module;
}

/** One component, or three of which at most the first is sampled finer: what TurboJPEG has names for. */
function isPlain({ frame: { components } }: PreparedJpeg): boolean {
  const [first, ...others] = components;
  if (!first || (others.length !== 0 && others.length !== 2)) return false;
  return others.every(({ across, down }) => across === 1 && down === 1) && first.across * first.down <= 4;
}

function decompress(native: Turbo, { stream, frame }: PreparedJpeg): DecompressReturn | null {
  const grey = frame.components.length === 1;
  const source = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const out = Buffer.allocUnsafeSlow(frame.width * frame.height * frame.components.length);
  try {
    return native.decompressSync(source, out, { format: grey ? native.FORMAT_GRAY : native.FORMAT_RGB });
  } catch {
    // Mere warnings end here too: the exact decoder takes the stream as far as it goes.
    return null;
  }
}
