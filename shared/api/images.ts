import { z } from 'zod';
import { footprint, type Geometry } from './geometry';
import { bodyList, flag, label, maybe, moment, number, text, texts } from './wire';

/** What the server read from an image's header. */
export interface ImageMetadata {
  /** EPSG:n, or null. */
  readonly crs: string | null;
  readonly bands: number | null;
  /** px */
  readonly width: number | null;
  readonly height: number | null;
  /** numpy's names, one for each band */
  readonly dtypes: readonly string[];
  readonly nodata: number | null;
  /** [x, y] in units of the CRS; null where unknown */
  readonly pixelSize: readonly [number, number] | null;
}

export interface Image {
  readonly id: string;
  readonly mosaicId: string | null;
  readonly filename: string;
  /** bytes */
  readonly fileSize: number | null;
  readonly uploadedAt: string | null;
  readonly footprint: Geometry | null;
  /** sha1, 40 hexadecimal digits; null where the server gives none. */
  readonly checksum: string | null;
  readonly metadata: ImageMetadata | null;
  readonly cogLink: string | null;
  readonly imageUrl: string | null;
}

const numbers = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((values) => (values ?? []).map(Number));

const metadata = z
  .looseObject({
    crs: text,
    count: number,
    width: number,
    height: number,
    dtypes: texts,
    nodata: number,
    pixel_size: numbers,
  })
  .transform((wire): ImageMetadata => {
    const [x = NaN, y = x] = wire.pixel_size;
    return {
      crs: wire.crs,
      bands: wire.count,
      width: wire.width,
      height: wire.height,
      dtypes: wire.dtypes,
      nodata: wire.nodata,
      pixelSize: Number.isFinite(x) && Number.isFinite(y) ? [Math.abs(x), Math.abs(y)] : null,
    };
  });

/**
 * Preview URLs are not taken over: they can point at the server's own loopback. A preview is asked for by the image's
 * id at the profile's address.
 */
export const ImageResponse = z
  .looseObject({
    id: z.string(),
    mosaic_id: text,
    filename: label,
    file_size: number,
    uploaded_at: moment,
    footprint,
    checksum: text,
    meta_data: maybe(metadata),
    cog_link: text,
    image_url: text,
    preview_url_s: text,
    preview_url_l: text,
  })
  .transform(
    ({
      mosaic_id,
      file_size,
      uploaded_at,
      meta_data,
      cog_link,
      image_url,
      preview_url_s: _small,
      preview_url_l: _large,
      ...wire
    }): Image => ({
      ...wire,
      mosaicId: mosaic_id,
      fileSize: file_size,
      uploadedAt: uploaded_at,
      metadata: meta_data,
      cogLink: cog_link,
      imageUrl: image_url,
    }),
  )
  .meta({ id: 'Image' });

export const ImagesResponse = bodyList(ImageResponse);

/** The answer to an upload. The live service names the mosaic and not the image: the image is then found by listing. */
export interface UploadReceipt {
  readonly imageId: string | null;
  readonly mosaicId: string | null;
  readonly filename: string | null;
  readonly fileSize: number | null;
}

export const UploadResponse = z
  .looseObject({ id: text, mosaic_id: text, filename: text, file_size: number, message: text })
  .refine((wire) => wire.id !== null || wire.mosaic_id !== null, {
    error: 'neither an image nor a mosaic is named',
  })
  .transform((wire): UploadReceipt => ({
    imageId: wire.id,
    mosaicId: wire.mosaic_id,
    filename: wire.filename,
    fileSize: wire.file_size,
  }))
  .meta({ id: 'UploadReceipt' });

export const preprocessingStatuses = ['NONE', 'PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED'] as const;
export type PreprocessingStatus = (typeof preprocessingStatuses)[number] | (string & {});

export interface ImageStatus {
  readonly imageId: string;
  readonly filename: string;
  readonly preprocessingStatus: PreprocessingStatus;
  /** The server's own words, or a code of the catalogue. */
  readonly preprocessingError: string | null;
  readonly dataAvailable: boolean;
  readonly tilesReady: boolean;
  readonly uploadedAt: string | null;
}

export const ImageStatusResponse = z
  .looseObject({
    image_id: z.string(),
    filename: label,
    preprocessing_status: label,
    preprocessing_error: text,
    data_available: flag,
    tiles_ready: flag,
    uploaded_at: moment,
  })
  .transform((wire): ImageStatus => ({
    imageId: wire.image_id,
    filename: wire.filename,
    preprocessingStatus: wire.preprocessing_status || 'NONE',
    preprocessingError: wire.preprocessing_error,
    dataAvailable: wire.data_available ?? false,
    tilesReady: wire.tiles_ready ?? false,
    uploadedAt: wire.uploaded_at,
  }))
  .meta({ id: 'ImageStatus' });

export type ImageReadiness = 'usable' | 'waiting' | 'failed';

/** Whether a processing can use the image yet. */
export function imageReadiness(status: ImageStatus): ImageReadiness {
  if (status.preprocessingStatus === 'FAILED') return 'failed';
  const done = status.preprocessingStatus === 'NONE' || status.preprocessingStatus === 'COMPLETED';
  return done && status.dataAvailable ? 'usable' : 'waiting';
}

export const previewSizes = { s: 256, l: 1024 } as const;
export type PreviewSize = keyof typeof previewSizes;
