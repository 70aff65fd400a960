import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { icns, ico } from '../../../build/icons/containers.mjs';
import { png } from '../../../build/icons/png.mjs';
import { svg } from '../../../build/icons/svg.mjs';

/** RGBA of one pixel of a PNG without row filters. */
function pixel(file: Buffer, x: number, y: number): number[] {
  const width = file.readUInt32BE(16);
  const start = file.indexOf('IDAT') + 4;
  const rows = inflateSync(file.subarray(start, start + file.readUInt32BE(start - 8)));
  const at = y * (width * 4 + 1) + 1 + x * 4;
  return [...rows.subarray(at, at + 4)];
}

test.each([16, 48, 256])('the icon of %i pixels is a PNG of that size', (size) => {
  const file = png(size);
  expect(file.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([size, size]);
});

test('corners are transparent, the ground is opaque, the outline has the accent colour', () => {
  const file = png(256);
  expect(pixel(file, 0, 0)[3]).toBe(0);
  expect(pixel(file, 128, 8)).toEqual([0x12, 0x29, 0x3d, 255]);
  expect(pixel(file, 128, 75)).toEqual([0xff, 0xb3, 0x47, 255]);
});

test('the vector and the pixels draw the same outline', () => {
  expect(svg()).toContain('points="312,300 712,300 712,500 548,500 548,724 312,724"');
});

test('a Windows icon points at the pictures it holds', () => {
  const pictures = [16, 256].map((pixels) => ({ pixels, png: png(pixels) }));
  const file = ico(pictures);
  expect(file.readUInt16LE(4)).toBe(2);
  pictures.forEach((picture, index) => {
    const entry = 6 + 16 * index;
    const at = file.readUInt32LE(entry + 12);
    expect(file.readUInt8(entry)).toBe(picture.pixels % 256);
    expect(file.subarray(at, at + file.readUInt32LE(entry + 8)).equals(picture.png)).toBe(true);
  });
});

test('an Apple icon counts its own length and leaves out sizes that Apple does not know', () => {
  const pictures = [24, 128, 512].map((pixels) => ({ pixels, png: png(pixels) }));
  const file = icns(pictures);
  expect(file.readUInt32BE(4)).toBe(file.length);
  expect([file.includes('ic07'), file.includes('ic09'), file.indexOf(pictures[0]?.png ?? '')]).toEqual([
    true,
    true,
    -1,
  ]);
});
