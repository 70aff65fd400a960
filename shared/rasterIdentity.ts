import type { RasterDescription } from './tiff/types';

/** What tells one raster from another without reading its pixels. */
export interface RasterIdentity {
  /** bytes of the main file */
  readonly fileSize: number;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly sampleType: string;
  readonly geotransform: readonly number[] | null;
}

export function identityOf(description: RasterDescription): RasterIdentity {
  const { fileSize, width, height, bands, sampleType, georeference } = description;
  return { fileSize, width, height, bands, sampleType, geotransform: georeference.geotransform };
}

/** Whether a file found in another place is the one that was looked for. */
export function isSameRaster(wanted: RasterIdentity, found: RasterIdentity): boolean {
  const plain = ['fileSize', 'width', 'height', 'bands', 'sampleType'] as const;
  return (
    plain.every((key) => wanted[key] === found[key]) &&
    JSON.stringify(wanted.geotransform) === JSON.stringify(found.geotransform)
  );
}
