import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inspect } from '../../../main/cli/inspect';
import { bytes, errorObject, sentence, table } from '../../../main/cli/output';
import { dataFolder } from '../../../main/cli/place';
import { inUtc } from '../../../main/cli/process';
import { slice } from '../../../main/cli/slice';
import { writeMultispectral } from '../../fixtures/multispectral';
import { writeOrthophoto } from '../uploads/orthophoto';

let out = '';
let err = '';

beforeEach(() => {
  out = '';
  err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function orthophoto(): { readonly folder: string; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-cli-'));
  const path = join(folder, 'ortho.tif');
  writeOrthophoto(path, { columns: 4, rows: 3 });
  return { folder, path };
}

describe('inspect', () => {
  test('gives one JSON object a line, errors among them, and a code that tells', async () => {
    const { folder, path } = orthophoto();
    const text = join(folder, 'text.tif');
    writeFileSync(text, 'words');
    expect(await inspect([path, text], { json: true, pixels: true })).toBe(1);
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      file: path,
      width: 256,
      height: 192,
      bands: 3,
      dtype: ['uint8', 'uint8', 'uint8'],
      compression: 'none',
      tiled: true,
      blockSize: [64, 64],
      crs: 'EPSG:32633',
      geotransform: [500000, 0.5, 0, 5000000, 0, -0.5],
      mask: 'none',
      overviews: [],
    });
    expect(first?.['bandSha256']).toHaveLength(3);
    expect(second).toMatchObject({ file: text, error: { kind: expect.stringMatching(/^tiff\./) as string } });
    expect(await inspect([path], { json: true })).toBe(0);
  });

  test('tells people the same in words', async () => {
    const { path } = orthophoto();
    expect(await inspect([path, '/nowhere.tif'], {})).toBe(1);
    expect(out).toContain('256 x 192 px');
    expect(out).toContain('EPSG:32633');
    expect(err).toMatch(/^\/nowhere\.tif: .+\n$/);
  });
});

describe('slice', () => {
  test('writes chunks that partition the raster, and says where', async () => {
    const { folder, path } = orthophoto();
    await slice(path, { out: join(folder, 'chunks'), targetBytes: 40_000, json: true });
    const { file, chunks, skipped } = JSON.parse(out) as {
      file: string;
      chunks: {
        path: string;
        x: number;
        y: number;
        width: number;
        height: number;
        bytes: number;
        verbatim: boolean;
      }[];
      skipped: unknown[];
    };
    expect({ file, skipped }).toEqual({ file: path, skipped: [] });
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.reduce((area, { width, height }) => area + width * height, 0)).toBe(256 * 192);
    for (const chunk of chunks) {
      expect(readFileSync(chunk.path)).toHaveLength(chunk.bytes);
      expect(chunk.verbatim).toBe(true);
    }
  });

  test('reduces on request, and says with which numbers', async () => {
    const { folder } = orthophoto();
    const path = join(folder, 'field.tif');
    writeMultispectral(path, { columns: 6, rows: 5 });
    await slice(path, { out: join(folder, 'chunks'), targetBytes: 60_000, reduce: 'deflate', json: true });
    const told = JSON.parse(out) as {
      readonly chunks: readonly {
        readonly path: string;
        readonly bytes: number;
        readonly verbatim: boolean;
      }[];
      readonly reduction: { readonly bands: readonly number[]; readonly cuts: readonly number[][] };
    };
    expect(told.reduction).toMatchObject({ codec: 'deflate', bands: [0, 1, 2], channels: 3, masked: true });
    expect(told.chunks.length).toBeGreaterThan(2);
    for (const chunk of told.chunks) {
      expect(chunk.verbatim).toBe(false);
      expect(readFileSync(chunk.path)).toHaveLength(chunk.bytes);
    }
    out = '';
    await slice(path, { out: join(folder, 'small'), reduce: 'jpeg' });
    const [[low = 0, high = 0] = []] = told.reduction.cuts;
    expect(out).toContain(`reduced to 3 bands of 8 bits, values stretched: ${low} – ${high}`);
  });

  test('keeps the limits, and says when it cannot', async () => {
    const { folder, path } = orthophoto();
    await slice(path, { out: join(folder, 'chunks'), maxPixels: 64, json: true });
    const { chunks } = JSON.parse(out) as { chunks: { width: number; height: number }[] };
    expect(chunks).toHaveLength(12);
    await expect(slice(path, { out: join(folder, 'none'), maxBytes: 10 })).rejects.toMatchObject({
      kind: 'tiff.slice_limits',
    });
    writeFileSync(join(folder, 'file'), '');
    const inTheWay = slice(path, { out: join(folder, 'file', 'chunks') });
    await expect(inTheWay).rejects.toMatchObject({ kind: 'cli.cannot_write' });
  });
});

describe('words', () => {
  test('an error is its sentence and its advice', () => {
    expect(sentence({ kind: 'cli.no_such_mosaic', params: { name: 'Town' } })).toBe(
      'There is no mosaic Town. Upload a raster into it first.',
    );
    expect(errorObject(new AppError('cli.no_token'))).toEqual({
      kind: 'cli.no_token',
      message: 'There is no token. Set ORTHODESK_TOKEN, or type it in.',
    });
    expect(sentence({ kind: 'app.unexpected', params: {}, details: 'TypeError: x' })).toContain(
      'TypeError: x',
    );
  });

  test('a time is one with its zone', () => {
    expect(inUtc('2024-06-21T11:30+02:00')).toBe('2024-06-21T09:30:00.000Z');
    expect(inUtc(' 2024-06-21T09:30:00Z')).toBe('2024-06-21T09:30:00.000Z');
    for (const text of ['2024-06-21T09:30', '2024-06-21', 'noon', '2024-13-21T09:30Z'])
      expect(() => inUtc(text)).toThrow(expect.objectContaining({ kind: 'cli.bad_time', params: { text } }));
  });

  test('numbers are short and columns straight', () => {
    expect([12, 1_500, 64 * 1024 * 1024, 4.2e10].map(bytes)).toEqual([
      '12 bytes',
      '1.5 kB',
      '67.1 MB',
      '42.00 GB',
    ]);
    expect(
      table([
        ['a', 'bb'],
        ['ccc', ''],
      ]),
    ).toBe('a    bb\nccc');
  });

  test('the data folder is the window’s own, unless another is named', () => {
    expect(dataFolder('some/where')).toMatch(/some[/\\]where$/);
    if (process.platform === 'linux') {
      expect(dataFolder(undefined, { XDG_CONFIG_HOME: '/c' })).toBe('/c/Orthodesk');
    }
  });
});
