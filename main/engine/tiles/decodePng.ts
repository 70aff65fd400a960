import { inflateSync } from 'node:zlib';
import type { Picture } from '../rasterAccess';

/** px; a tile is small, and what claims to be larger is not one */
const largestSide = 4096;
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
}

/** Reads a PNG (all colour types and depths, not interlaced). Throws for anything else. Source: PNG, third edition. */
export function decodePng(bytes: Uint8Array): Picture {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.readUInt32BE(0) !== 0x89504e47) throw new Error('not a PNG');
  let header: Header | null = null;
  let palette: Buffer | null = null;
  let transparency: Buffer | null = null;
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= data.length;) {
    const length = data.readUInt32BE(at);
    const type = data.toString('latin1', at + 4, at + 8);
    const body = data.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = readHeader(body);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') transparency = body;
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'IEND') break;
    at += length + 12;
  }
  if (!header) throw new Error('a PNG without a header');
  const channels = channelsOf[header.colour] ?? 0;
  const rowBytes = Math.ceil((header.width * channels * header.depth) / 8);
  const raw = inflateSync(Buffer.concat(parts), { maxOutputLength: (rowBytes + 1) * header.height });
  if (raw.length < (rowBytes + 1) * header.height) throw new Error('a PNG that is cut off');
  const rows = unfiltered(raw, header, rowBytes, Math.max(1, (channels * header.depth) >> 3));
  return {
    width: header.width,
    height: header.height,
    rgba: toRgba(rows, rowBytes, header, palette, transparency),
  };
}

function readHeader(body: Buffer): Header {
  const header = {
    width: body.readUInt32BE(0),
    height: body.readUInt32BE(4),
    depth: body.readUInt8(8),
    colour: body.readUInt8(9),
  };
  const side = Math.max(header.width, header.height);
  if (header.width === 0 || header.height === 0 || side > largestSide)
    throw new Error('a PNG of an odd size');
  if (!(header.colour in channelsOf) || ![1, 2, 4, 8, 16].includes(header.depth))
    throw new Error('an unknown PNG');
  if (body.readUInt8(12) !== 0) throw new Error('an interlaced PNG');
  return header;
}

/** Undoes the filters of the rows, in place of each row's filter byte nothing is left. */
function unfiltered(raw: Buffer, { height }: Header, rowBytes: number, step: number): Uint8Array {
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (rowBytes + 1)];
    const line = raw.subarray(y * (rowBytes + 1) + 1, (y + 1) * (rowBytes + 1));
    const at = y * rowBytes;
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= step ? (rows[at + i - step] ?? 0) : 0;
      const up = y > 0 ? (rows[at + i - rowBytes] ?? 0) : 0;
      const corner = i >= step && y > 0 ? (rows[at + i - rowBytes - step] ?? 0) : 0;
      rows[at + i] = (line[i] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return rows;
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      throw new Error('an unknown filter');
  }
}

function toRgba(
  rows: Uint8Array,
  rowBytes: number,
  { width, height, depth, colour }: Header,
  palette: Buffer | null,
  transparency: Buffer | null,
): Uint8Array {
  if (depth === 8 && (colour === 2 || colour === 6) && !transparency) return plainRgba(rows, colour === 6);
  const channels = channelsOf[colour] ?? 1;
  const highest = 2 ** depth - 1;
  const rgba = new Uint8Array(width * height * 4);
  const sample = (y: number, index: number): number => {
    if (depth === 8) return rows[y * rowBytes + index] ?? 0;
    if (depth === 16)
      return ((rows[y * rowBytes + index * 2] ?? 0) << 8) | (rows[y * rowBytes + index * 2 + 1] ?? 0);
    const bit = index * depth;
    return ((rows[y * rowBytes + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & highest;
  };
  const scaled = (value: number): number => Math.round((value * 255) / highest);
  const clear = (i: number): number | null =>
    transparency && colour !== 3 ? transparency.readUInt16BE(i * 2) : null;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const values = Array.from({ length: channels }, (_, channel) => sample(y, x * channels + channel));
      const [first = 0, second = 0, third = 0, fourth = 0] = values;
      if (colour === 3) {
        rgba.set(palette?.subarray(first * 3, first * 3 + 3) ?? [0, 0, 0], at);
        rgba[at + 3] = transparency?.[first] ?? 255;
        continue;
      }
      const grey = colour === 0 || colour === 4;
      rgba[at] = scaled(first);
      rgba[at + 1] = scaled(grey ? first : second);
      rgba[at + 2] = scaled(grey ? first : third);
      const isClear = grey
        ? clear(0) === first
        : clear(0) === first && clear(1) === second && clear(2) === third;
      rgba[at + 3] = colour === 4 ? scaled(second) : colour === 6 ? scaled(fourth) : isClear ? 0 : 255;
    }
  }
  return rgba;
}

/** Most tiles: 8 bits, with or without alpha. */
function plainRgba(rows: Uint8Array, hasAlpha: boolean): Uint8Array {
  if (hasAlpha) return rows;
  const rgba = new Uint8Array((rows.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rows.length; from += 3, to += 4) {
    rgba[to] = rows[from] ?? 0;
    rgba[to + 1] = rows[from + 1] ?? 0;
    rgba[to + 2] = rows[from + 2] ?? 0;
  }
  return rgba;
}
