import { readFileSync } from 'node:fs';
import { AppError } from '@shared/errors';
import { projectionFor } from '@shared/geo/crs';
import { inspectObject } from '@shared/tiff/inspect';
import { openRaster } from '@shared/tiff/open';
import type { RasterDescription } from '@shared/tiff/types';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedData, withoutSharedData } from '../../support/data';
import { fileSiblings, fileSource } from '../../support/fileSource';

/** An entry of ../shared/data/expected.json: how GDAL 3.6.2 describes a file. */
interface Expected {
  readonly open: boolean;
  readonly driver?: string;
  readonly size: readonly [number, number];
  readonly bands: number;
  readonly dtype: readonly string[];
  readonly compression: string;
  readonly interleave: 'PIXEL' | 'BAND';
  readonly block: readonly [number, number];
  readonly overviews: number;
  readonly colorinterp: readonly string[];
  readonly nodata: number | null;
  readonly mask: string;
  readonly crs: string | null;
  readonly geotransform: readonly number[] | null;
  readonly corners_lonlat?: readonly (readonly [number, number])[] | null;
  readonly gcps: number;
  readonly area_or_point: 'Area' | 'Point' | null;
  readonly bigtiff: boolean;
  readonly endian: 'little' | 'big';
}

interface Row {
  readonly name: string;
  readonly expected: Expected;
  /** What cannot be described, by the kind of its error. */
  readonly refused: string | null;
  readonly description: RasterDescription | null;
}

describe.skipIf(withoutSharedData('descriptions of real orthophotos'))(
  'a description of a real orthophoto',
  () => {
    let rows: Row[] = [];

    beforeAll(async () => {
      const table = JSON.parse(readFileSync(`${sharedData}/expected.json`, 'utf8')) as Record<
        string,
        Expected
      >;
      const names = Object.keys(table).filter((name) => /^(ortho|labels)\//.test(name));
      rows = [];
      for (const name of names) rows.push(await readRow(name, table[name] as Expected));
    });

    test('is made of every file, or says what the file is instead', () => {
      const refused = rows.filter(({ refused }) => refused !== null);
      // Four chips are JPEG files that are named .tif.
      expect(new Set(refused.map((row) => row.refused))).toEqual(new Set(['tiff.other_format']));
      expect(refused.every(({ expected }) => expected.driver === 'JPEG')).toBe(true);
    });

    test('agrees with GDAL in every field', () => {
      const judged = rows.filter(({ expected, description }) => expected.open && description);
      expect(judged.length).toBeGreaterThan(100);
      const ours = judged.map(({ name, description }) => [name, fieldsOf(description as RasterDescription)]);
      const gdal = judged.map(({ name, expected }) => [name, expectedFields(name, expected)]);
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(gdal));
    });

    test('agrees on the geotransform to one part in a thousand million', () => {
      const wrong = rows.filter(({ expected, description }) => {
        if (!expected.open || !description) return false;
        const ours = description.georeference.geotransform;
        if (!ours || !expected.geotransform) return (ours ?? null) !== (expected.geotransform ?? null);
        return expected.geotransform.some((value, index) => {
          return Math.abs((ours[index] as number) - value) > 1e-9 * Math.abs(value);
        });
      });
      expect(wrong.map(({ name }) => name)).toEqual([]);
    });

    test('puts the corners where GDAL puts them', () => {
      const placed = rows.filter(({ expected, description }) => expected.corners_lonlat && description);
      expect(placed.length).toBeGreaterThan(80);
      const wrong = placed.filter(({ expected, description }) => {
        const tolerance = TOLERANCES[expected.crs ?? ''] ?? CORNER_TOLERANCE;
        return !(cornerError(expected, description) < tolerance);
      });
      expect(wrong.map(({ name }) => name)).toEqual([]);
    });
  },
);

/** m: the referee's corners are rounded to 1e-8 degrees. */
const CORNER_TOLERANCE = 0.02;

/** m: NAD27 without its grids is shifted by another set of numbers in each state; proj4 has room for one. */
const TOLERANCES: Readonly<Record<string, number>> = { 'EPSG:26711': 15 };

async function readRow(name: string, expected: Expected): Promise<Row> {
  const path = `${sharedData}/${name}`;
  const source = await fileSource(path);
  const siblings = fileSiblings(path);
  try {
    const { description } = await openRaster(source, siblings.open);
    return { name, expected, refused: null, description };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name, expected, refused: error.kind, description: null };
  } finally {
    await Promise.all([source.close(), siblings.close()]);
  }
}

function fieldsOf(description: RasterDescription): Record<string, unknown> {
  const inspected = inspectObject(description);
  return {
    size: [inspected.width, inspected.height],
    bands: inspected.bands,
    dtype: inspected.dtype[0],
    compression: inspected.compression,
    interleave: inspected.bands > 1 ? inspected.interleave : 'band',
    block: inspected.blockSize,
    overviews: inspected.overviews.length,
    colors: inspected.colorInterpretation,
    nodata: inspected.nodata,
    mask: inspected.mask,
    epsg: inspected.crs?.startsWith('EPSG:') ? inspected.crs : null,
    hasCrs: inspected.crs !== null,
    gcps: description.georeference.gcps.length,
    areaOrPoint: inspected.areaOrPoint,
    bigTiff: inspected.bigTiff,
    byteOrder: inspected.byteOrder,
  };
}

function expectedFields(name: string, expected: Expected): Record<string, unknown> {
  return {
    size: expected.size,
    bands: expected.bands,
    dtype: NUMPY[expected.dtype[0] as string],
    compression: COMPRESSIONS[expected.compression] ?? expected.compression.toLowerCase(),
    interleave: expected.interleave.toLowerCase(),
    block: expected.block,
    overviews: expected.overviews,
    colors: expected.colorinterp,
    nodata: expected.nodata,
    mask: expected.mask === 'per-dataset mask' ? maskOf(name) : expected.mask.replace('all valid', 'none'),
    epsg: expected.crs?.startsWith('EPSG:') ? expected.crs : null,
    hasCrs: expected.crs !== null,
    gcps: expected.gcps,
    areaOrPoint: expected.area_or_point ?? 'Area',
    bigTiff: expected.bigtiff,
    byteOrder: expected.endian,
  };
}

/** GDAL's flags do not tell the two apart; the file's name does. */
function maskOf(name: string): string {
  return name.includes('extmask') ? 'external' : 'internal';
}

function cornerError(expected: Expected, description: RasterDescription | null): number {
  const g = description?.georeference.geotransform;
  const projection = description?.georeference.crs && projectionFor(description.georeference.crs);
  if (!description || !g || !projection || !expected.corners_lonlat) return Infinity;
  const { width, height } = description;
  const pixels = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  const errors = pixels.map(([column, row], index) => {
    const x = g[0] + column * g[1] + row * g[2];
    const y = g[3] + column * g[4] + row * g[5];
    const [lon, lat] = projection.toLonLat([x, y]);
    const [expectedLon, expectedLat] = (expected.corners_lonlat ?? [])[index] as readonly [number, number];
    return Math.hypot((lon - expectedLon) * Math.cos((lat * Math.PI) / 180), lat - expectedLat) * 111_320;
  });
  return Math.max(...errors);
}

const COMPRESSIONS: Readonly<Record<string, string>> = {
  'YCbCr JPEG': 'jpeg',
  LERC_DEFLATE: 'lerc',
  LERC_ZSTD: 'lerc',
  CCITTRLE: 'ccitt',
  CCITTFAX3: 'ccitt',
  CCITTFAX4: 'ccitt',
};

const NUMPY: Readonly<Record<string, string>> = {
  Byte: 'uint8',
  UInt16: 'uint16',
  Int16: 'int16',
  UInt32: 'uint32',
  Int32: 'int32',
  UInt64: 'uint64',
  Int64: 'int64',
  Float32: 'float32',
  Float64: 'float64',
  CInt16: 'complex_int16',
};
