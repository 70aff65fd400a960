import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { layoutTiff } from '@shared/tiff/write';
import { shorts, wholeNumbers } from '@shared/tiff/writeTags';

export interface StripImage {
  readonly width: number;
  readonly height: number;
  readonly rowsPerStrip: number;
  readonly compression: 'deflate' | 'packbits';
  /** True for numbers of a palette of greys, which are reduced one by one. */
  readonly palette?: boolean;
}

/** Writes a grey image of 8 bits in strips: waves that are the same however they are stored. */
export function writeStrips(
  path: string,
  { width, height, rowsPerStrip, compression, palette = false }: StripImage,
): void {
  const blocks: Uint8Array[] = [];
  for (let top = 0; top < height; top += rowsPerStrip) {
    const rows = Math.min(rowsPerStrip, height - top);
    const samples = new Uint8Array(width * rows);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < width; x++) samples[y * width + x] = ((x * 3) ^ ((top + y) * 5)) >> 2;
    }
    blocks.push(compression === 'deflate' ? deflateSync(samples, { level: 1 }) : literals(samples));
  }
  const tags = [
    wholeNumbers('little', 256, [width]),
    wholeNumbers('little', 257, [height]),
    shorts('little', 258, [8]),
    shorts('little', 259, [compression === 'deflate' ? 8 : 32773]),
    shorts('little', 262, [palette ? 3 : 1]),
    shorts('little', 277, [1]),
    wholeNumbers('little', 278, [rowsPerStrip]),
    ...(palette ? [shorts('little', 320, greys)] : []),
  ];
  const layout = layoutTiff({ byteOrder: 'little', directories: [{ tags, tiled: false, blocks }] });
  writeFileSync(path, Buffer.concat(layout.parts as Uint8Array[]));
}

/** A colour map: all reds, all greens, all blues. */
const greys = Array.from({ length: 768 }, (_, i) => (i % 256) * 257);

/** PackBits that repeats nothing. */
function literals(samples: Uint8Array): Uint8Array {
  const packed = new Uint8Array(samples.length + Math.ceil(samples.length / 128));
  for (let from = 0, to = 0; from < samples.length; from += 128) {
    const count = Math.min(128, samples.length - from);
    packed[to++] = count - 1;
    packed.set(samples.subarray(from, from + count), to);
    to += count;
  }
  return packed;
}
