import type { Geometry } from '@shared/api';
import { projectionFor, type Projection } from '@shared/geo/crs';
import type { Crs, Geotransform, RasterDescription } from '@shared/tiff/types';
import { ServiceError } from '../http/serviceError';
import type { ImageProfile } from '../store';
import { distance } from './ground';
import { sunOfMetadata } from './sun';

/** m; coarser imagery is refused */
const coarsestPixel = 20;
/** degrees² of longitude and latitude; more than that is a wrong coordinate system */
const largestExtent = 400;

const sampleTypes: readonly string[] = ['uint8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'];

export interface ImageLimits {
  /** px a side */
  readonly maxPixelCount: number;
}

/**
 * Checks an image as the service does, and gathers what is kept of it. Throws `FileCheckFailed`, `ImageOutOfBounds`,
 * `ImageExtentTooBig`.
 */
export function profileOf(
  description: RasterDescription,
  filename: string,
  limits: ImageLimits,
): { readonly profile: ImageProfile; readonly footprint: Geometry } {
  const refuse = (bad: string): ServiceError =>
    new ServiceError(400, 'FileCheckFailed', { filename, bad_parameters: bad });
  const { width, height, bands, sampleType, georeference } = description;
  const { crs, geotransform } = georeference;
  if (crs === null) throw refuse('crs: none');
  if (geotransform === null) throw refuse('transform: none');
  if (bands > 4) throw refuse(`count: ${String(bands)}`);
  if (!sampleTypes.includes(sampleType)) throw refuse(`dtype: ${sampleType}`);
  if (Math.max(width, height) > limits.maxPixelCount)
    throw refuse(`size: ${String(width)} x ${String(height)}`);
  const projection = projectionFor(crs);
  if (projection === null) throw refuse(`crs: ${crs.name}`);

  const footprint = outlineOf(geotransform, width, height, projection);
  const gsd = groundSampling(geotransform, width, height, projection);
  if (!Number.isFinite(gsd) || gsd <= 0) throw new ServiceError(400, 'ImageOutOfBounds', { filename });
  if (gsd > coarsestPixel) throw refuse(`pixel_size: ${gsd.toFixed(2)} m`);
  const sun = sunOfMetadata(description.metadata, centreOf(geotransform, width, height, projection));
  return {
    profile: {
      crs: crsName(crs),
      system: crs,
      width,
      height,
      bands,
      dtypes: Array.from({ length: bands }, () => sampleType),
      nodata: description.nodata,
      geotransform,
      pixelSize: [Math.hypot(geotransform[1], geotransform[4]), Math.hypot(geotransform[2], geotransform[5])],
      gsd,
      ...(sun ? { sun } : {}),
    },
    footprint,
  };
}

function crsName(crs: Crs): string {
  return crs.epsg === null ? (crs.proj4 ?? crs.name) : `EPSG:${String(crs.epsg)}`;
}

/** px -> units of the CRS */
export function toCrs(g: Geotransform, column: number, row: number): [number, number] {
  return [g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]];
}

/** Longitude and latitude of an image's middle. */
export function centreOf(
  g: Geotransform,
  width: number,
  height: number,
  projection: Projection,
): [number, number] {
  return projection.toLonLat(toCrs(g, width / 2, height / 2));
}

/** The rectangle of the image in WGS 84, in the service's order: north-west, north-east, south-east, south-west. */
function outlineOf(g: Geotransform, width: number, height: number, projection: Projection): Geometry {
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
    [0, 0],
  ].map(([column = 0, row = 0]) => projection.toLonLat(toCrs(g, column, row)));
  for (const [x, y] of corners) {
    const inside = Math.abs(x) <= 180.000001 && Math.abs(y) <= 90.000001;
    if (!inside) throw new ServiceError(400, 'ImageOutOfBounds', {});
  }
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const extent = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
  if (extent > largestExtent) throw new ServiceError(400, 'ImageExtentTooBig', {});
  return { type: 'Polygon', coordinates: [corners] };
}

/** Metres for each pixel along the image's axes, at its centre. */
export function pixelMetres(
  g: Geotransform,
  width: number,
  height: number,
  projection: Projection,
): readonly [number, number] {
  const column = width / 2;
  const row = height / 2;
  // A span of many pixels keeps the geodesic's precision for pixels of millimetres.
  const span = Math.max(1, Math.min(width, height, 1000) / 2);
  const at = (dx: number, dy: number): [number, number] =>
    projection.toLonLat(toCrs(g, column + dx, row + dy));
  return [distance(at(-span, 0), at(span, 0)) / (2 * span), distance(at(0, -span), at(0, span)) / (2 * span)];
}

function groundSampling(g: Geotransform, width: number, height: number, projection: Projection): number {
  const [x, y] = pixelMetres(g, width, height, projection);
  return Math.sqrt(x * y);
}

/**
 * All images of a mosaic share their CRS, their number of bands and their resolution. Throws `FileValidationFailed` with
 * the first that differs.
 */
export function checkAgreement(
  profile: ImageProfile,
  first: ImageProfile,
  filename: string,
  mosaicId: string,
): void {
  const differs = (name: string, got: unknown, expected: unknown): ServiceError =>
    new ServiceError(400, 'FileValidationFailed', {
      filename,
      mosaic_id: mosaicId,
      param_name: name,
      got_param: String(got),
      expected_param: String(expected),
    });
  if (profile.crs !== first.crs) throw differs('crs', profile.crs, first.crs);
  if (profile.bands !== first.bands) throw differs('count', profile.bands, first.bands);
  const close = profile.pixelSize.every((size, axis) => {
    const expected = first.pixelSize[axis] ?? size;
    return Math.abs(size - expected) <= expected * 1e-3;
  });
  if (!close) throw differs('pixel_size', profile.pixelSize.join(', '), first.pixelSize.join(', '));
}
