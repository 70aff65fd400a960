import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '@shared/i18n';
import { openRaster } from '@shared/tiff/open';
import type { RasterDescription } from '@shared/tiff/types';
import { beforeAll, expect, test } from 'vitest';
import type { ListedImage, SourcePlan } from '../../../main/uploads/ports';
import { preflight, type PreflightFacts } from '../../../main/uploads/preflight';
import { fileSource } from '../../support/fileSource';
import { writeOrthophoto } from './orthophoto';

let raster: RasterDescription;
const plan: SourcePlan = {
  chunks: [
    { name: 'a.tif', window: { x: 0, y: 0, width: 64, height: 64 }, bytes: 2e9, exact: true, verbatim: true },
    {
      name: 'b.tif',
      window: { x: 64, y: 0, width: 64, height: 64 },
      bytes: 1e9,
      exact: true,
      verbatim: true,
    },
  ],
  skipped: [],
};

beforeAll(async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-preflight-')), 'a.tif');
  writeOrthophoto(path, { columns: 2, rows: 1 });
  const source = await fileSource(path);
  raster = (await openRaster(source)).description;
  await source.close();
});

function image(change: Partial<ListedImage>): ListedImage {
  return {
    id: '1',
    filename: 'other.tif',
    bytes: 1,
    width: 1,
    height: 1,
    sha1: null,
    crs: 'EPSG:32633',
    bands: 3,
    pixelSize: 0.5,
    readiness: 'usable',
    problem: null,
    uploadedAt: null,
    ...change,
  };
}

function findings(change: Partial<PreflightFacts>): string[] {
  const facts: PreflightFacts = {
    raster,
    plan,
    reduced: null,
    isReduced: false,
    images: [],
    mosaicName: 'Town',
    groundPixelSize: null,
    duplicates: [],
    uploadedBefore: null,
    models: [],
    localFreeBytes: null,
    freeBytes: null,
    ...change,
  };
  const found = preflight(facts);
  // Each has a sentence of its own, and one that is no good says what to do.
  for (const finding of found) {
    const { title, advice } = errorText(finding);
    expect([finding.kind, title]).not.toEqual([
      finding.kind,
      errorText({ kind: 'no.such', params: {} }).title,
    ]);
    expect(title).not.toMatch(/[{}]|undefined/);
    if (finding.level === 'stop') expect([finding.kind, advice]).not.toEqual([finding.kind, '']);
  }
  return found
    .filter(({ level }) => level !== 'ok')
    .map(({ level, kind }) => `${level} ${kind.replace('uploads.', '')}`);
}

function georeferenced(change: Partial<RasterDescription['georeference']>): Partial<PreflightFacts> {
  return { raster: { ...raster, georeference: { ...raster.georeference, ...change } } };
}

test('a plain orthophoto has nothing against it', () => {
  expect(findings({ freeBytes: 1e12 })).toEqual([]);
});

test('what has no place on earth is stopped', () => {
  const { crs } = raster.georeference;
  if (!crs) throw new Error('the fixture has a coordinate system');
  expect(findings(georeferenced({ crs: null }))).toEqual(['stop no_crs']);
  expect(findings(georeferenced({ geotransform: null }))).toEqual(['stop no_place']);
  expect(findings(georeferenced({ crs: { ...crs, kind: 'local' } }))).toEqual(['stop crs_unusable']);
  expect(findings(georeferenced({ crs: { ...crs, epsg: null } }))).toEqual(['warning crs_without_code']);
});

test('pixels beyond what the service takes are told', () => {
  expect(findings(georeferenced({ geotransform: [0, 25, 0, 0, 0, -25] }))).toEqual(['stop too_coarse']);
  expect(findings(georeferenced({ geotransform: [0, 0.02, 0, 0, 0, -0.02] }))).toEqual(['warning very_fine']);
  expect(findings(georeferenced({ geotransform: [0, 0, 30, 0, 30, 0] }))).toEqual(['stop too_coarse']);
});

test('bands and types that will be converted are told', () => {
  expect(findings({ raster: { ...raster, bands: 5 } })).toEqual(['warning unusual_bands']);
  expect(findings({ raster: { ...raster, bands: 4, alphaBand: 3 } })).toEqual([]);
  expect(findings({ raster: { ...raster, sampleType: 'uint16' } })).toEqual(['warning not_8_bit']);
  expect(findings({ raster: { ...raster, sampleType: 'complex64' } })).toEqual(['stop complex_samples']);
});

test('a mosaic of another kind is told', () => {
  expect(findings({ images: [image({})] })).toEqual([]);
  expect(findings({ images: [image({ crs: 'EPSG:3857' })] })).toEqual(['warning other_crs']);
  expect(findings({ images: [image({ bands: 1 })] })).toEqual(['warning other_bands']);
  expect(findings({ images: [image({ pixelSize: 0.3 })] })).toEqual(['warning other_resolution']);
  expect(findings({ images: [image({ crs: null, bands: null, pixelSize: null })] })).toEqual([]);
});

test('what is there already is told, and does not count as another image', () => {
  const own = image({ filename: 'a.tif', bands: 1 });
  expect(findings({ images: [own] })).toEqual([]);
  expect(findings({ images: [own, image({ filename: 'b.tif' })] })).toEqual(['warning already_there']);
});

test('the whole job must fit into the account', () => {
  expect(findings({ freeBytes: 2.9e9 })).toEqual(['stop over_quota']);
  expect(findings({ freeBytes: 3e9 })).toEqual([]);
});

test('an empty raster, and one that must be stored anew, are told', () => {
  expect(findings({ plan: { chunks: [], skipped: [] } })).toEqual(['stop nothing_to_send']);
  const [first] = plan.chunks;
  if (!first) throw new Error('no chunk');
  expect(findings({ plan: { chunks: [{ ...first, verbatim: false }], skipped: [] } })).toEqual([
    'warning encoded_anew',
  ]);
});

test('models that the pixels do not suit are told, each once', () => {
  const models = ['🏠 Buildings', '🌳 Forest and trees', 'Tree crowns', '🚗 Roads', 'Fields'];
  expect(findings({ groundPixelSize: 0.3, models })).toEqual([]);
  expect(findings({ groundPixelSize: 1, models })).toEqual(['warning models_too_coarse']);
  expect(findings({ groundPixelSize: 0.12, models })).toEqual([]);
  // Nothing is claimed of models that are not in the table.
  expect(findings({ groundPixelSize: 5, models: ['Fields'] })).toEqual([]);
  const empty = { images: [], mosaicName: null, duplicates: [], uploadedBefore: null };
  const facts = { raster, plan, reduced: null, isReduced: false, ...empty };
  const found = preflight({ ...facts, models, groundPixelSize: 1, localFreeBytes: null, freeBytes: null });
  expect(found.filter(({ kind }) => kind.startsWith('uploads.models'))).toEqual([
    { level: 'ok', kind: 'uploads.models_fit', params: { size: 1, models: 'Buildings, Roads' } },
    {
      level: 'warning',
      kind: 'uploads.models_too_coarse',
      params: { size: 1, limit: 0.75, models: 'Forest and trees, Tree crowns' },
    },
  ]);
});

test('the same pixels elsewhere are told', () => {
  expect(findings({ duplicates: ['old.tif'] })).toEqual(['warning same_pixels']);
  expect(findings({ uploadedBefore: 'Village' })).toEqual(['warning uploaded_before']);
  // Into the mosaic where the parts are already, it is no news.
  expect(findings({ uploadedBefore: 'Town', images: [image({ filename: 'a.tif' })] })).toEqual([]);
});

test('images that the server could not prepare are told', () => {
  const images = [image({ readiness: 'failed', problem: 'the pixels made no sense' })];
  expect(findings({ images })).toEqual(['warning failed_images']);
});

test('a disk that the images would fill stops the upload', () => {
  expect(findings({ localFreeBytes: 3.1e9 })).toEqual(['stop disk_too_full']);
  expect(findings({ localFreeBytes: 3.3e9 })).toEqual([]);
});
