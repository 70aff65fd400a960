import { rangedModels, rangeOfModel } from '@shared/api';
import type { Finding } from '@shared/ipc/types';
import type { RasterDescription } from '@shared/tiff/types';
import { finding, gigabytes, totalBytes } from './findings';
import type { ListedImage, SourcePlan } from './ports';
import { reducedPixels, reducible, type WeighedReduction } from './reducing';

export interface PreflightFacts {
  readonly raster: RasterDescription;
  readonly plan: SourcePlan;
  /** What a reduction would come to, or comes to; null where nothing is to be gained or it is not known. */
  readonly reduced: WeighedReduction | null;
  /** Whether the plan is that of the reduction. */
  readonly isReduced: boolean;
  /** Of the mosaic that it goes into; empty for a new one. */
  readonly images: readonly ListedImage[];
  readonly mosaicName: string | null;
  /** Metres on the ground; null where unknown. */
  readonly groundPixelSize: number | null;
  /** Images of the mosaic that hold the bytes of a chunk under another name. */
  readonly duplicates: readonly string[];
  /** A mosaic into which this computer has uploaded the same file; null for none. */
  readonly uploadedBefore: string | null;
  /** Names of the models that the account may use; empty where unknown. */
  readonly models: readonly string[];
  /** bytes free on this computer's disk, where the upload fills it; null where it does not. */
  readonly localFreeBytes: number | null;
  /** bytes the account may still store; null where unknown */
  readonly freeBytes: number | null;
}

/** Metres per pixel beyond which the service refuses an image. */
const coarsest = 20;
/** Metres per pixel below which the service averages. */
const finest = 0.1;
/** bytes that a disk must keep free beside the images */
const spareBytes = 200e6;
/** Metres in a degree of latitude. */
const degree = 111_320;

/** Everything that can be known to go wrong, or to turn out otherwise than expected, before a byte is sent. */
export function preflight(facts: PreflightFacts): readonly Finding[] {
  return [
    ...georeference(facts.raster),
    ...resolution(facts),
    ...(facts.isReduced ? reducedPixels(facts) : pixels(facts.raster)),
    ...reducible(facts),
    ...agreement(facts),
    ...failed(facts),
    ...quota(facts),
    ...localSpace(facts),
    ...cutting(facts),
  ];
}

function georeference({ georeference: { crs, geotransform } }: RasterDescription): Finding[] {
  if (!crs) return [finding('stop', 'no_crs')];
  if (!geotransform) return [finding('stop', 'no_place', { crs: crs.name })];
  if (crs.kind === 'local' || crs.kind === 'geocentric')
    return [finding('stop', 'crs_unusable', { crs: crs.name })];
  if (crs.epsg === null) return [finding('warning', 'crs_without_code', { crs: crs.name })];
  const found = [finding('ok', 'crs_known', { crs: `EPSG:${crs.epsg}` })];
  const side = Math.hypot(geotransform[1], geotransform[4]);
  if (crs.kind !== 'projected' && crs.kind !== 'geographic') return found;
  const metres = side * crs.unitFactor * (crs.kind === 'geographic' ? degree : 1);
  const size = Number(metres.toPrecision(3));
  if (metres > coarsest) found.push(finding('stop', 'too_coarse', { size, limit: coarsest }));
  else if (metres < finest) found.push(finding('warning', 'very_fine', { size, limit: finest }));
  return found;
}

/** Which models can use what is uploaded. The server takes the image all the same. */
function resolution({ groundPixelSize, models }: PreflightFacts): Finding[] {
  if (groundPixelSize === null || groundPixelSize > coarsest) return [];
  const ranged = (models.length > 0 ? models : rangedModels).flatMap((name) => {
    const range = rangeOfModel(name);
    return range ? [{ name: name.replace(/^[^\p{L}]+/u, ''), range }] : [];
  });
  // A pixel of 0.3 m is rarely 0.3000 m.
  const slack = 1.02;
  const tooCoarse = ranged.filter(({ range }) => groundPixelSize > range.coarsest * slack);
  const tooFine = ranged.filter(({ range }) => groundPixelSize * slack < range.finest);
  const fitting = ranged.filter((model) => !tooCoarse.includes(model) && !tooFine.includes(model));
  const names = (of: typeof ranged): string => of.map(({ name }) => name).join(', ');
  const size = Number(groundPixelSize.toPrecision(3));
  const found: Finding[] = [];
  if (fitting.length > 0) found.push(finding('ok', 'models_fit', { size, models: names(fitting) }));
  if (tooCoarse.length > 0) {
    const limit = Math.max(...tooCoarse.map(({ range }) => range.coarsest));
    found.push(finding('warning', 'models_too_coarse', { size, limit, models: names(tooCoarse) }));
  }
  if (tooFine.length > 0) found.push(finding('ok', 'models_too_fine', { size, models: names(tooFine) }));
  return found;
}

function pixels(raster: RasterDescription): Finding[] {
  const { bands, sampleType, alphaBand } = raster;
  if (sampleType.startsWith('complex')) return [finding('stop', 'complex_samples')];
  const colours = bands - (alphaBand === null ? 0 : 1);
  const found: Finding[] = [];
  if (colours !== 3 && colours !== 1) found.push(finding('warning', 'unusual_bands', { bands }));
  if (sampleType !== 'uint8') found.push(finding('warning', 'not_8_bit', { type: sampleType }));
  return found.length > 0 ? found : [finding('ok', 'pixels_fit', { bands })];
}

function agreement({
  raster,
  plan,
  images,
  mosaicName,
  duplicates,
  uploadedBefore,
}: PreflightFacts): Finding[] {
  const mosaic = mosaicName ?? '';
  const names = new Set(plan.chunks.map((chunk) => chunk.name.normalize()));
  const others = images.filter((image) => !names.has(image.filename.normalize()));
  const there = images.length - others.length;
  const found: Finding[] = [];
  if (there > 0) {
    const level = there >= plan.chunks.length ? 'warning' : 'ok';
    found.push(finding(level, 'already_there', { count: there, total: plan.chunks.length, mosaic }));
  }
  if (duplicates.length > 0) {
    const [example = ''] = duplicates;
    found.push(finding('warning', 'same_pixels', { count: duplicates.length, mosaic, example }));
  }
  if (uploadedBefore !== null && there === 0)
    found.push(finding('warning', 'uploaded_before', { mosaic: uploadedBefore }));
  const { crs, geotransform } = raster.georeference;
  const epsg = crs?.epsg ? `EPSG:${crs.epsg}` : null;
  const otherCrs = others.find((image) => image.crs !== null && epsg !== null && image.crs !== epsg);
  if (otherCrs)
    found.push(finding('warning', 'other_crs', { mosaic, theirs: otherCrs.crs ?? '', ours: epsg ?? '' }));
  const otherBands = others.find((image) => image.bands !== null && image.bands !== raster.bands);
  if (otherBands) {
    found.push(
      finding('warning', 'other_bands', { mosaic, theirs: otherBands.bands ?? 0, ours: raster.bands }),
    );
  }
  const side = geotransform && Math.hypot(geotransform[1], geotransform[4]);
  const differs = (theirs: number): boolean => side !== null && Math.abs(theirs - side) > side * 0.01;
  const otherSize = others.find(
    (image) => image.crs === epsg && image.pixelSize !== null && differs(image.pixelSize),
  );
  if (otherSize && side) {
    const params = { mosaic, theirs: round(otherSize.pixelSize ?? 0), ours: round(side) };
    found.push(finding('warning', 'other_resolution', params));
  }
  return found;
}

function failed({ images, mosaicName }: PreflightFacts): Finding[] {
  const broken = images.filter((image) => image.readiness === 'failed');
  const [first] = broken;
  if (!first) return [];
  const params = {
    count: broken.length,
    mosaic: mosaicName ?? '',
    name: first.filename,
    reason: first.problem ?? '',
  };
  return [finding('warning', 'failed_images', params)];
}

/** Where the server is on this computer its disk must hold the images, with some room to work. */
function localSpace({ plan, localFreeBytes }: PreflightFacts): Finding[] {
  if (localFreeBytes === null) return [];
  const needed = totalBytes(plan) + spareBytes;
  const params = { needed: gigabytes(needed), free: gigabytes(localFreeBytes) };
  return needed > localFreeBytes ? [finding('stop', 'disk_too_full', params)] : [];
}

function quota({ plan, freeBytes }: PreflightFacts): Finding[] {
  if (freeBytes === null) return [];
  const needed = totalBytes(plan);
  const params = { needed: gigabytes(needed), free: gigabytes(freeBytes) };
  return [needed > freeBytes ? finding('stop', 'over_quota', params) : finding('ok', 'within_quota', params)];
}

function cutting({ plan, isReduced }: PreflightFacts): Finding[] {
  const found: Finding[] = [];
  if (plan.chunks.length === 0) found.push(finding('stop', 'nothing_to_send'));
  if (!isReduced && plan.chunks.some((chunk) => !chunk.verbatim))
    found.push(finding('warning', 'encoded_anew'));
  if (plan.skipped.length > 0) found.push(finding('ok', 'empty_parts', { count: plan.skipped.length }));
  return found;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
