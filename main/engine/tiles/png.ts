import { crc32 } from './crc32';
import { deflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** width·height·4 bytes of RGBA as a PNG. */
export function encodePng(rgba: Uint8Array, width: number, height: number): Buffer {
  const rows = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; y++) {
    // Each row begins with its filter; 0 is none.
    rows.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  }
  return pngOf(width, height, 'rgba', rows, []);
}

/** width·height indices into a palette of red, green, blue and opacity as a PNG: whoever reads it has the values back. */
export function encodeIndexedPng(
  values: Uint8Array,
  width: number,
  height: number,
  palette: readonly (readonly [red: number, green: number, blue: number, alpha: number])[],
): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(values.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const colours = Buffer.from(palette.flatMap(([red, green, blue]) => [red, green, blue]));
  const opacities = Buffer.from(palette.map(([, , , alpha]) => alpha));
  return pngOf(width, height, 'palette', rows, [chunk('PLTE', colours), chunk('tRNS', opacities)]);
}

/** PNG's numbers for what a sample is. */
const colourTypes = { rgba: 6, palette: 3 } as const;

function pngOf(
  width: number,
  height: number,
  colour: keyof typeof colourTypes,
  rows: Uint8Array,
  beforeData: readonly Buffer[],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, the colour, the only compression, the only filter method, not interlaced
  header.set([8, colourTypes[colour], 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...beforeData,
    chunk('IDAT', deflateSync(rows, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
