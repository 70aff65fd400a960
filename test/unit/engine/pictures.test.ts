import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressSync, FORMAT_RGB } from '@julusian/jpeg-turbo';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '../../../main/engine/nodeParts';
import { decodePng } from '../../../main/engine/tiles/decodePng';
import { jpegSize } from '../../../main/engine/tiles/jpegSize';
import { encodePng } from '../../../main/engine/tiles/png';
import { refereePython } from '../../fixtures/referee';
import { explainSkip } from '../../support/data';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pictures-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a PNG is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer(),
      (width, height, seed) => {
        const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 37 + seed) & 255);
        expect(decodePng(encodePng(rgba, width, height))).toEqual({ width, height, rgba });
      },
    ),
  );
});

const withoutReferee = refereePython === undefined;
if (withoutReferee) explainSkip('PNGs of every kind', 'GDAL for Python is not installed');

test.skipIf(withoutReferee)('PNGs of every kind are read as GDAL reads them', async () => {
  const script = `
import sys, numpy as np
from osgeo import gdal
gdal.UseExceptions()
folder = sys.argv[1]
rng = np.random.default_rng(1)
for name, bands, kind, bits in [('grey', 1, gdal.GDT_Byte, 8), ('greyalpha', 2, gdal.GDT_Byte, 8), ('rgb', 3, gdal.GDT_Byte, 8),
                                ('rgba', 4, gdal.GDT_Byte, 8), ('grey16', 1, gdal.GDT_UInt16, 16), ('rgb16', 3, gdal.GDT_UInt16, 16),
                                ('bits1', 1, gdal.GDT_Byte, 1), ('bits2', 1, gdal.GDT_Byte, 2), ('bits4', 1, gdal.GDT_Byte, 4), ('palette', 1, gdal.GDT_Byte, 8)]:
    source = gdal.GetDriverByName('MEM').Create('', 19, 13, bands, kind)
    high = 4 if name == 'palette' else 2 ** bits
    for band in range(bands):
        # Smooth with noise, so that the writer picks every filter.
        base = np.add.outer(np.arange(13) * 5, np.arange(19) * 3) * (high // 256 or 1)
        source.GetRasterBand(band + 1).WriteArray((base + rng.integers(0, max(2, high // 8), (13, 19))) % high)
    if name == 'palette':
        table = gdal.ColorTable()
        for i, colour in enumerate([(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 128), (9, 8, 7, 0)]):
            table.SetColorEntry(i, colour)
        source.GetRasterBand(1).SetColorTable(table)
    path = f'{folder}/{name}.png'
    gdal.GetDriverByName('PNG').CreateCopy(path, source, options=['NBITS=%d' % bits] if bits < 8 else [])
    read = gdal.Open(path)
    np.stack([read.GetRasterBand(b + 1).ReadAsArray() for b in range(read.RasterCount)]).astype('<u2').tofile(f'{folder}/{name}.bin')
`;
  await writeFile(join(folder, 'make.py'), script);
  const made = spawnSync(refereePython ?? '', [join(folder, 'make.py'), folder], { encoding: 'utf8' });
  expect(made.stderr).toBe('');
  const colours = [
    [255, 0, 0, 255],
    [0, 255, 0, 255],
    [0, 0, 255, 128],
    [9, 8, 7, 0],
  ];
  for (const [name, highest] of [
    ['grey', 255],
    ['greyalpha', 255],
    ['rgb', 255],
    ['rgba', 255],
    ['grey16', 65535],
    ['rgb16', 65535],
    ['bits1', 1],
    ['bits2', 3],
    ['bits4', 15],
    ['palette', 0],
  ] as const) {
    const { width, height, rgba } = decodePng(await readFile(join(folder, `${name}.png`)));
    const raw = await readFile(join(folder, `${name}.bin`));
    const samples = new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2);
    expect([width, height], name).toEqual([19, 13]);
    const bands = samples.length / (19 * 13);
    const expected = Array.from({ length: 19 * 13 }, (_, i) => {
      const band = (b: number): number => samples[b * 19 * 13 + i] ?? 0;
      if (name === 'palette') return colours[band(0)]!;
      const grey = bands < 3;
      const scaled = (b: number): number => Math.round((band(b) * 255) / highest);
      const alpha = bands === 2 ? scaled(1) : bands === 4 ? scaled(3) : 255;
      return [scaled(0), scaled(grey ? 0 : 1), scaled(grey ? 0 : 2), alpha];
    });
    expect([...rgba], name).toEqual(expected.flat());
  }
});

test('a JPEG states its size before it is decoded', async () => {
  const jpeg = compressSync(Buffer.alloc(48 * 32 * 3, 90), { format: FORMAT_RGB, width: 48, height: 32 });
  expect(jpegSize(jpeg)).toEqual({ width: 48, height: 32 });
  const picture = await decodeImage(jpeg);
  expect([picture.width, picture.height, picture.rgba.length, picture.rgba[3]]).toEqual([
    48,
    32,
    48 * 32 * 4,
    255,
  ]);
});

test('damaged pictures are refused, not followed', async () => {
  const png = encodePng(new Uint8Array(64 * 64 * 4).fill(7), 64, 64);
  const jpeg = compressSync(Buffer.alloc(64 * 64 * 3, 90), { format: FORMAT_RGB, width: 64, height: 64 });
  const huge = Buffer.from(png);
  huge.writeUInt32BE(0x7fffffff, 16);
  const wide = Buffer.from(jpeg);
  wide.writeUInt16BE(0xffff, wide.indexOf(Buffer.from([0xff, 0xc0])) + 7);
  wide.writeUInt16BE(0xffff, wide.indexOf(Buffer.from([0xff, 0xc0])) + 5);
  const bad = [
    Buffer.alloc(0),
    Buffer.from('<html>'),
    png.subarray(0, 60),
    huge,
    wide,
    Buffer.from([0xff, 0xd8, 0xff]),
  ];
  for (const bytes of bad) await expect(decodeImage(bytes)).rejects.toThrow();
  await fc.assert(
    fc.asyncProperty(fc.nat(png.length - 1), fc.nat(255), async (at, value) => {
      const mutated = Buffer.from(png);
      mutated[at] = value;
      await decodeImage(mutated).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    }),
  );
});
