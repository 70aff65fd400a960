import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { projectionFor } from '@shared/geo/crs';
import { inspectObject, type InspectObject } from '@shared/tiff/inspect';
import { openRaster } from '@shared/tiff/open';
import type { RasterDescription } from '@shared/tiff/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasReferee, refereePython } from '../../fixtures/referee';
import { explainSkip } from '../../support/data';
import { fileSiblings, fileSource } from '../../support/fileSource';
import { temporaryFolder } from '../../support/gdal';

/** What test/fixtures/describeRasters.py says of a file. */
interface Described {
  readonly size: readonly number[];
  readonly bands: number;
  readonly type: string;
  readonly block: readonly number[];
  readonly interleave: 'PIXEL' | 'BAND';
  readonly overviews: readonly (readonly number[])[];
  readonly nodataFlag: boolean;
  readonly alphaFlag: boolean;
  readonly maskFlag: boolean;
  readonly maskOverviews: number;
  readonly transform: readonly number[] | null;
  readonly nodata: string | null;
  readonly colors: readonly string[];
  readonly palette: readonly (readonly number[])[] | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly bandMetadata: readonly Readonly<Record<string, string>>[];
  readonly descriptions: readonly string[];
  readonly points: number;
  readonly system: {
    readonly code: string | null;
    readonly name: string;
    readonly kind: string;
    readonly unit?: number;
    readonly samples: readonly [number, number, number, number][];
  } | null;
}

interface Case {
  readonly name: string;
  readonly gdal: Described;
  readonly description: RasterDescription;
  readonly inspected: InspectObject;
  readonly milliseconds: number;
}

if (!hasReferee) explainSkip('descriptions against GDAL', 'python3-gdal is not installed');

const folder = temporaryFolder();
const script = fileURLToPath(new URL('../../fixtures/describeRasters.py', import.meta.url));

describe.skipIf(!hasReferee)('a description of what GDAL writes', () => {
  let cases: Case[] = [];

  beforeAll(async () => {
    const run = spawnSync(refereePython as string, [script, folder.path('')], {
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.status !== 0) throw new Error(run.stderr.toString());
    const described = JSON.parse(run.stdout.toString()) as Record<string, Described>;
    cases = [];
    for (const [name, gdal] of Object.entries(described)) cases.push(await openCase(name, gdal));
  }, 120_000);

  afterAll(() => folder.remove());

  test('is made of several hundred kinds of file', () => {
    expect(cases.length).toBeGreaterThan(400);
  });

  test('agrees on size, bands, types, blocks, interleave and overviews', () => {
    expectSame(
      ({ inspected }) => ({
        size: [inspected.width, inspected.height],
        bands: inspected.bands,
        type: inspected.dtype[0],
        block: inspected.blockSize,
        interleave: inspected.bands > 1 ? inspected.interleave : 'band',
        overviews: inspected.overviews,
      }),
      ({ gdal }) => ({
        size: gdal.size,
        bands: gdal.bands,
        type: NUMPY[gdal.type],
        block: gdal.block,
        interleave: gdal.interleave.toLowerCase(),
        overviews: gdal.overviews,
      }),
    );
  });

  test('agrees on masks, their overviews, nodata, colours and palettes', () => {
    expectSame(
      ({ description, inspected }) => ({
        mask: description.mask === 'external' ? 'internal' : description.mask,
        maskOverviews: Math.max(0, description.maskLevels.length - 1),
        nodata: inspected.nodata,
        colors: inspected.colorInterpretation,
        palette: description.palette,
      }),
      ({ gdal }) => ({
        mask: gdal.nodataFlag ? 'nodata' : gdal.alphaFlag ? 'alpha' : gdal.maskFlag ? 'internal' : 'none',
        maskOverviews: gdal.maskOverviews,
        nodata: /nan|inf/.test(gdal.nodata ?? '') ? gdal.nodata : gdal.nodata && Number(gdal.nodata),
        colors: gdal.colors,
        palette: gdal.palette,
      }),
    );
  });

  test('tells an external mask from an internal one', () => {
    const kinds = cases.filter(({ name }) => name.startsWith('mask_')).map((each) => each.description.mask);
    expect(new Set(kinds)).toEqual(new Set(['internal', 'external']));
  });

  test('agrees on metadata of the dataset and of the bands', () => {
    expectSame(
      ({ description }) => ({
        dataset: sorted(description.metadata),
        bands: description.bandMetadata.map((items) => sorted(withoutKeys(items, ['DESCRIPTION']))),
        descriptions: description.bandMetadata.map((items) => items['DESCRIPTION'] ?? ''),
      }),
      ({ gdal }) => ({
        dataset: sorted(withoutKeys(gdal.metadata, ['AREA_OR_POINT'])),
        bands: gdal.bandMetadata.map(sorted),
        descriptions: gdal.descriptions,
      }),
    );
  });

  test('agrees on the place: geotransform, area or point, ground control points', () => {
    const wrong = cases.filter(({ description, gdal }) => {
      const { geotransform, areaOrPoint, gcps } = description.georeference;
      const stated = gdal.metadata['AREA_OR_POINT'] ?? 'Area';
      return (
        areaOrPoint !== stated ||
        gcps.length !== gdal.points ||
        !isSameTransform(geotransform, gdal.transform)
      );
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('names the same EPSG code, or none', () => {
    const isCoded = (code: string | null | undefined): boolean => code?.startsWith('EPSG:') === true;
    expectSame(
      ({ inspected }) => (isCoded(inspected.crs) ? inspected.crs : null),
      ({ gdal }) => (isCoded(gdal.system?.code) ? gdal.system?.code : null),
    );
  });

  test('a system without a code has the kind, the unit and the coordinates that PROJ gives it', () => {
    const custom = cases.filter(({ gdal }) => gdal.system && !gdal.system.code?.startsWith('EPSG:'));
    expect(custom.length).toBeGreaterThan(150);
    expect(custom.flatMap((each) => systemFaults(each))).toEqual([]);
  });

  test('takes a few milliseconds', () => {
    const times = cases.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(5);
  });

  /** Compares all files at once, so that a failure lists every one that differs. */
  function expectSame(ours: (each: Case) => unknown, gdal: (each: Case) => unknown): void {
    const table = (of: (each: Case) => unknown) =>
      Object.fromEntries(cases.map((each) => [each.name, of(each)]));
    expect(table(ours)).toEqual(table(gdal));
  }
});

async function openCase(name: string, gdal: Described): Promise<Case> {
  const source = await fileSource(folder.path(name));
  const siblings = fileSiblings(folder.path(name));
  const start = performance.now();
  const { description } = await openRaster(source, siblings.open);
  const milliseconds = performance.now() - start;
  await Promise.all([source.close(), siblings.close()]);
  return { name, gdal, description, inspected: inspectObject(description), milliseconds };
}

/** m on the ground */
const TOLERANCE = 0.01;

function systemFaults({ name, gdal, description }: Case): string[] {
  const { crs } = description.georeference;
  const { system } = gdal;
  if (!crs || !system) return [`${name}: no system`];
  const faults: string[] = [];
  if (crs.kind !== system.kind) faults.push(`${name}: ${crs.kind}, not ${system.kind}`);
  if (system.unit !== undefined && Math.abs(crs.unitFactor / system.unit - 1) > 1e-9)
    faults.push(`${name}: unit`);
  const projection = projectionFor(crs);
  if (!projection && system.samples.length > 0) faults.push(`${name}: no definition`);
  for (const [x, y, lon, lat] of projection ? system.samples : []) {
    const [ourLon, ourLat] = projection?.toLonLat([x, y]) ?? [NaN, NaN];
    const metres = Math.hypot((ourLon - lon) * Math.cos((lat * Math.PI) / 180), ourLat - lat) * 111_320;
    if (!(metres < TOLERANCE)) faults.push(`${name}: ${metres} m off at ${lon}, ${lat} with ${crs.proj4}`);
  }
  return faults;
}

function isSameTransform(ours: readonly number[] | null, gdal: readonly number[] | null): boolean {
  if (!ours || !gdal) return ours === gdal;
  return gdal.every((value, index) => Math.abs((ours[index] as number) - value) <= 1e-9 * Math.abs(value));
}

function sorted(items: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(items).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutKeys(
  items: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(items).filter(([key]) => !keys.includes(key)));
}

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
  CFloat64: 'complex128',
};
