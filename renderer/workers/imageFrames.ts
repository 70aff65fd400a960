import { mergePlanes, type ComponentPlane } from '@shared/tiff/codecs/jpeg';

/** Decodes the first frame of a compressed image; the caller closes it. Alpha is left unmultiplied, colours unmanaged. */
export async function decodeFrame(data: Uint8Array, type: string): Promise<VideoFrame> {
  const decoder = new ImageDecoder({
    data: data as Uint8Array<ArrayBuffer>,
    type,
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  } as ImageDecoderInit);
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
}

/** px of the picture in a frame */
export function frameSize(frame: VideoFrame): { width: number; height: number } {
  const { width, height } = frame.visibleRect ?? { width: frame.codedWidth, height: frame.codedHeight };
  return { width, height };
}

/** Pixels of a size for each sample of Cb and Cr, across and down. */
const SUBSAMPLING: Readonly<Record<string, readonly [number, number]>> = {
  I420: [2, 2],
  I422: [2, 1],
  I444: [1, 1],
};

/** Where red, green, blue and alpha lie in formats of four bytes a pixel. */
const BYTE_ORDER: Readonly<Record<string, readonly number[]>> = {
  RGBA: [0, 1, 2, 3],
  RGBX: [0, 1, 2, 3],
  BGRA: [2, 1, 0, 3],
  BGRX: [2, 1, 0, 3],
};

/**
 * The pixels of a frame as `channels` interleaved bytes in a picture of `width` x `height`; what the frame does not cover is
 * 0. Null for a format that is not understood. YCbCr becomes RGB with libjpeg's arithmetic: the browser's own conversion is
 * up to 16 levels off where chroma is subsampled.
 */
export async function framePixels(
  frame: VideoFrame,
  channels: number,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array | null> {
  const format = frame.format ?? '';
  const subsampling = SUBSAMPLING[format];
  const order = BYTE_ORDER[format];
  if (!order && !(subsampling && channels === 3)) return null;
  const stored = frameSize(frame);
  const bytes = takeSpare(frame.allocationSize());
  try {
    const layout = await frame.copyTo(bytes);
    if (order) return pick(bytes, layout[0] as PlaneLayout, order.slice(0, channels), stored, size);
    return mergePlanes(planesOf(bytes, layout, stored, subsampling ?? [1, 1]), stored, size, true);
  } finally {
    spare = bytes;
  }
}

/** What the last frame was copied to: memory that was never written costs more than what is done with it. */
let spare: Uint8Array<ArrayBuffer> | null = null;

/** Memory of at least so many bytes that nobody else holds; larger ones for the next frame are not kept for small ones. */
function takeSpare(size: number): Uint8Array<ArrayBuffer> {
  const taken = spare;
  spare = null;
  return taken && taken.length >= size && taken.length <= 2 * size ? taken : new Uint8Array(size);
}

function planesOf(
  bytes: Uint8Array,
  layout: readonly PlaneLayout[],
  { width, height }: { readonly width: number; readonly height: number },
  [across, down]: readonly [number, number],
): ComponentPlane[] {
  return layout.map(({ offset, stride }, i) => ({
    samples: bytes.subarray(offset),
    stride,
    width: i === 0 ? width : Math.ceil(width / across),
    height: i === 0 ? height : Math.ceil(height / down),
    across: i === 0 ? 1 : across,
    down: i === 0 ? 1 : down,
  }));
}

function pick(
  bytes: Uint8Array,
  { offset, stride }: PlaneLayout,
  order: readonly number[],
  stored: { readonly width: number; readonly height: number },
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const channels = order.length;
  const out = new Uint8Array(width * height * channels);
  const columns = Math.min(width, stored.width);
  for (let y = 0; y < Math.min(height, stored.height); y++) {
    for (let c = 0; c < channels; c++) {
      let from = offset + y * stride + (order[c] as number);
      let to = y * width * channels + c;
      for (let x = 0; x < columns; x++, from += 4, to += channels) out[to] = bytes[from] as number;
    }
  }
  return out;
}
