import type { Finding } from '@shared/ipc/types';
import type { RasterDescription } from '@shared/tiff/types';
import type { ListedImage, SourcePlan } from './ports';

export interface PreflightFacts {
  readonly raster: RasterDescription;
  readonly plan: SourcePlan;
  /** Of the mosaic that it goes into; empty for a new one. */
  readonly images: readonly ListedImage[];
  readonly mosaicName: string | null;
  /** bytes the account may still store; null where unknown */
  readonly freeBytes: number | null;
}

/** Metres per pixel beyond which the service refuses an image. */
const coarsest = 20;
/** Metres per pixel below which the service averages. */
const finest = 0.1;
/** Metres in a degree of latitude. */
const degree = 111_320;

/** Everything that can be known to go wrong, or to turn out otherwise than expected, before a byte is sent. */
export function preflight(facts: PreflightFacts): readonly Finding[] {
  return [
    ...georeference(facts.raster),
    ...pixels(facts.raster),
    ...agreement(facts),
    ...quota(facts),
    ...cutting(facts.plan),
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

function pixels(raster: RasterDescription): Finding[] {
  const { bands, sampleType, alphaBand } = raster;
  if (sampleType.startsWith('complex')) return [finding('stop', 'complex_samples')];
  const colours = bands - (alphaBand === null ? 0 : 1);
  const found: Finding[] = [];
  if (colours !== 3 && colours !== 1) found.push(finding('warning', 'unusual_bands', { bands }));
  if (sampleType !== 'uint8') found.push(finding('warning', 'not_8_bit', { type: sampleType }));
  return found.length > 0 ? found : [finding('ok', 'pixels_fit', { bands })];
}

function agreement({ raster, plan, images, mosaicName }: PreflightFacts): Finding[] {
  const mosaic = mosaicName ?? '';
  const names = new Set(plan.chunks.map((chunk) => chunk.name.normalize()));
  const others = images.filter((image) => !names.has(image.filename.normalize()));
  const there = images.length - others.length;
  const found: Finding[] = [];
  if (there > 0) {
    const level = there >= plan.chunks.length ? 'warning' : 'ok';
    found.push(finding(level, 'already_there', { count: there, total: plan.chunks.length, mosaic }));
  }
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

function quota({ plan, freeBytes }: PreflightFacts): Finding[] {
  if (freeBytes === null) return [];
  const needed = totalBytes(plan);
  const params = { needed: gigabytes(needed), free: gigabytes(freeBytes) };
  return [needed > freeBytes ? finding('stop', 'over_quota', params) : finding('ok', 'within_quota', params)];
}

function cutting(plan: SourcePlan): Finding[] {
  const found: Finding[] = [];
  if (plan.chunks.length === 0) found.push(finding('stop', 'nothing_to_send'));
  if (plan.chunks.some((chunk) => !chunk.verbatim)) found.push(finding('warning', 'encoded_anew'));
  if (plan.skipped.length > 0) found.push(finding('ok', 'empty_parts', { count: plan.skipped.length }));
  return found;
}

export function totalBytes(plan: SourcePlan): number {
  return plan.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
}

function finding(level: Finding['level'], name: string, params: Finding['params'] = {}): Finding {
  return { level, kind: `uploads.${name}`, params };
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
