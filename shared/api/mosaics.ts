import { z } from 'zod';
import { footprint, type Geometry } from './geometry';
import { ImageStatusResponse, type ImageStatus } from './images';
import { bodyList, label, maybe, moment, number, text, texts } from './wire';
import type { TileLayer } from './processings';

const tags = z.array(z.string().min(1).max(255)).max(100);

export const CreateMosaicRequest = z.strictObject({
  name: z.string().min(1).max(255),
  tags: tags.optional(),
});
export type CreateMosaicRequest = z.infer<typeof CreateMosaicRequest>;

export const UpdateMosaicRequest = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  tags: tags.optional(),
});
export type UpdateMosaicRequest = z.infer<typeof UpdateMosaicRequest>;

export const LinkImageRequest = z.strictObject({ url: z.string().min(1) });
export type LinkImageRequest = z.infer<typeof LinkImageRequest>;

/** A collection of images that are processed as one. */
export interface Mosaic {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly createdAt: string | null;
  /** null where the server does not say. */
  readonly imageCount: number | null;
  readonly sizeInBytes: number | null;
  readonly footprint: Geometry | null;
  readonly rasterLayer: TileLayer | null;
}

const named = {
  id: z.string(),
  name: label,
  tags: texts,
};

export const MosaicResponse = z
  .looseObject({
    ...named,
    created_at: moment,
    image_count: number,
    sizeInBytes: number,
    footprint,
    rasterLayer: maybe(z.looseObject({ id: text, tileUrl: text, tileJsonUrl: text })),
    status_summary: maybe(z.looseObject({ total: number })),
  })
  .transform(({ created_at, image_count, status_summary, ...wire }): Mosaic => ({
    ...wire,
    createdAt: created_at,
    imageCount: image_count ?? status_summary?.total ?? null,
  }))
  .meta({ id: 'Mosaic' });

export const MosaicsResponse = bodyList(MosaicResponse);

/** How far the server is with the images of a mosaic. Images that are not ready appear here alone. */
export interface MosaicStatus {
  readonly mosaicId: string;
  readonly totalImages: number;
  readonly readyImages: number;
  readonly pendingImages: number;
  readonly inProgressImages: number;
  readonly failedImages: number;
  readonly images: readonly ImageStatus[];
}

export const MosaicStatusResponse = z
  .looseObject({
    mosaic_id: z.string(),
    total_images: number,
    ready_images: number,
    pending_images: number,
    in_progress_images: number,
    failed_images: number,
    images: bodyList(ImageStatusResponse),
  })
  .transform((wire): MosaicStatus => ({
    mosaicId: wire.mosaic_id,
    totalImages: wire.total_images ?? wire.images.length,
    readyImages: wire.ready_images ?? 0,
    pendingImages: wire.pending_images ?? 0,
    inProgressImages: wire.in_progress_images ?? 0,
    failedImages: wire.failed_images ?? 0,
    images: wire.images,
  }));
