import { readdirSync } from 'node:fs';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import { openRaster } from '@shared/tiff/open';
import type { Raster } from '@shared/tiff/types';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedData, withoutSharedData } from '../../support/data';
import { fileSiblings, fileSource, memorySource } from '../../support/fileSource';

interface Outcome {
  readonly name: string;
  /** The error's kind, or null where the file was described. */
  readonly refused: string | null;
  /** Something else than an AppError was thrown. */
  readonly defect: string | null;
  readonly milliseconds: number;
  /** bytes of memory that the opening left in use, garbage included */
  readonly memory: number;
}

/** Opens a file and asks for its first and last blocks. */
async function tryFile(folder: string, name: string): Promise<Outcome> {
  const path = `${folder}/${name}`;
  const source = await fileSource(path);
  const siblings = fileSiblings(path);
  const before = memoryInUse();
  const start = performance.now();
  let refused: string | null = null;
  let defect: string | null = null;
  try {
    await touchBlocks(await openRaster(source, siblings.open));
  } catch (error) {
    if (error instanceof AppError) refused = error.kind;
    else defect = String(error);
  }
  const milliseconds = performance.now() - start;
  const memory = memoryInUse() - before;
  await Promise.all([source.close(), siblings.close()]);
  return { name, refused, defect, milliseconds, memory };
}

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Damaged blocks are told by `tiff.bad_block`; the raster itself stays described. */
async function touchBlocks(raster: Raster): Promise<void> {
  for (const level of [...raster.description.levels, ...raster.description.maskLevels]) {
    for (const index of [0, level.columns * level.rows * level.planes - 1]) {
      try {
        await raster.readBlock(level, index);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind !== 'tiff.bad_block') throw error;
      }
    }
  }
}

describe.skipIf(withoutSharedData('damaged files'))('a damaged file', () => {
  let outcomes: Outcome[] = [];

  beforeAll(async () => {
    const folder = `${sharedData}/malformed`;
    const names = readdirSync(folder).filter((name) => /\.tiff?$/.test(name));
    outcomes = [];
    for (const name of names) outcomes.push(await tryFile(folder, name));
  });

  test('is described or refused with a kind, never with a defect', () => {
    expect(outcomes.length).toBeGreaterThan(180);
    expect(outcomes.filter(({ defect }) => defect !== null)).toEqual([]);
  });

  test('takes less than a second and less than 200 MB', () => {
    const heavy = outcomes.filter(({ milliseconds, memory }) => milliseconds > 1000 || memory > 200e6);
    expect(heavy).toEqual([]);
  });

  test('is refused in words that a user understands', () => {
    const kinds = new Set(outcomes.flatMap(({ refused }) => refused ?? []));
    const unexpected = errorText({ kind: 'app.unexpected', params: {} }).title;
    const texts = [...kinds].map((kind) => errorText({ kind, params: PARAMS }));
    expect(texts.filter(({ title, advice }) => title === unexpected || advice === '')).toEqual([]);
  });

  test.each([
    ['derived_html_404.tif', 'tiff.is_html'],
    ['derived_lfs_pointer.tif', 'tiff.is_lfs_pointer'],
    ['derived_png_renamed.tif', 'tiff.other_format'],
    ['derived_zero_bytes.tif', 'tiff.empty_file'],
    ['derived_header_only.tif', 'tiff.truncated'],
    ['go_0x0.tiff', 'tiff.bad_size'],
    ['pillow_seek_too_large.tif', 'tiff.truncated'],
  ])('%s is told apart: %s', (name, kind) => {
    expect(outcomes.find((outcome) => outcome.name === name)?.refused).toBe(kind);
  });
});

const PARAMS = {
  file: 'a.tif',
  format: 'PNG',
  bytes: 1,
  offset: 1,
  width: 1,
  height: 1,
  bits: 1,
  tag: 1,
  block: 1,
};

describe('a file that is something else', () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  test.each([
    ['nothing', new Uint8Array(0), 'tiff.empty_file', {}],
    ['zeros', new Uint8Array(64), 'tiff.all_zero', {}],
    ['a web page', text('<!DOCTYPE html><html><body>404'), 'tiff.is_html', {}],
    ['a web page after a byte order mark', text('\ufeff\n <html lang="en">'), 'tiff.is_html', {}],
    ['the answer of an object store', text('<?xml version="1.0"?><Error><Code>'), 'tiff.is_xml', {}],
    [
      'a pointer of Git LFS',
      text('version https://git-lfs.github.com/spec/v1\noid'),
      'tiff.is_lfs_pointer',
      {},
    ],
    ['a text', text('name,lon,lat\nhouse,1,2\n'), 'tiff.is_text', {}],
    ['a JPEG', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0]), 'tiff.other_format', { format: 'JPEG' }],
    [
      'a PNG',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      'tiff.other_format',
      { format: 'PNG' },
    ],
    ['a GeoPackage', text('SQLite format 3\0'), 'tiff.other_format', { format: 'SQLite / GeoPackage' }],
    ['an archive', text('PK\x03\x04abc'), 'tiff.other_format', { format: 'ZIP' }],
    ['noise', Uint8Array.from([1, 200, 3, 250, 5]), 'tiff.not_tiff', {}],
    ['the beginning of a header', text('II*'), 'tiff.too_short', { bytes: 3 }],
    ['a header of other numbers', text('II\x2a\x01\x08\0\0\0'), 'tiff.not_tiff', {}],
  ])('%s is refused as what it is', async (_, bytes, kind, params) => {
    const opening = openRaster(memorySource(bytes, 'photo.tif'));
    await expect(opening).rejects.toMatchObject({ kind, params: { file: 'photo.tif', ...params } });
  });
});
