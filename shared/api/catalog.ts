import { z } from 'zod';
import { GeometrySchema, footprint, type Geometry } from './geometry';
import { bodyList, label, moment, number, text } from './wire';

export const catalogSortFields = [
  'PROVIDER_NAME',
  'SAT_ID',
  'CLOUD_COVER',
  'OFF_NADIR_ANGLE',
  'ACQUISITION_DATE',
  'ZOOM',
  'PIXEL_RESOLUTION',
] as const;

const share = z.number().min(0).max(1);

/** Shares (cloud cover, overlap) are 0–1 here; a profile of the live dialect sends them as 0–100. */
export const CatalogRequest = z.strictObject({
  aoi: GeometrySchema,
  acquisitionDateFrom: z.string().optional(),
  acquisitionDateTo: z.string().optional(),
  /** metres for each pixel */
  minResolution: z.number().min(0).optional(),
  maxResolution: z.number().min(0).optional(),
  maxCloudCover: share.optional(),
  /** degrees */
  minOffNadirAngle: z.number().optional(),
  maxOffNadirAngle: z.number().optional(),
  minAoiIntersectionPercent: share.optional(),
  limit: z.int().min(1).max(1000).default(100),
  offset: z.int().min(0).default(0),
  sortBy: z.enum(catalogSortFields).default('ACQUISITION_DATE'),
  sortOrder: z.enum(['ASC', 'DESC']).default('DESC'),
  hideUnavailable: z.boolean().optional(),
  dataProviders: z.array(z.string().min(1)).optional(),
  productTypes: z.array(z.enum(['SCENE', 'MOSAIC'])).optional(),
});
export type CatalogRequest = z.input<typeof CatalogRequest>;

/**
 * What goes over the wire: the reference's words and shares of 0–1, or the live service's words and percent. It is what the
 * engine reads.
 */
export const CatalogWireRequest = z.strictObject({
  ...CatalogRequest.shape,
  minResolution: z.number().optional(),
  maxResolution: z.number().optional(),
  maxCloudCover: z.number().min(0).max(100).optional(),
  minAoiIntersectionPercent: z.number().min(0).max(100).optional(),
  dataProviders: z.array(z.string()).optional(),
  productTypes: z.array(z.enum(['Scene', 'Mosaic', 'SCENE', 'IMAGE', 'MOSAIC'])).optional(),
});

/** The same request in the live service's units and words. */
export function toLiveCatalogRequest(request: CatalogRequest): Record<string, unknown> {
  const { maxCloudCover, minAoiIntersectionPercent, productTypes, ...rest } = request;
  return {
    ...rest,
    ...(maxCloudCover === undefined ? {} : { maxCloudCover: maxCloudCover * 100 }),
    ...(minAoiIntersectionPercent === undefined
      ? {}
      : { minAoiIntersectionPercent: minAoiIntersectionPercent * 100 }),
    ...(productTypes === undefined
      ? {}
      : { productTypes: productTypes.map((type) => (type === 'SCENE' ? 'IMAGE' : 'MOSAIC')) }),
  };
}

/** The same request in the reference's words. */
export function toReferenceCatalogRequest(request: CatalogRequest): Record<string, unknown> {
  const { productTypes, ...rest } = request;
  return {
    ...rest,
    ...(productTypes === undefined
      ? {}
      : { productTypes: productTypes.map((type) => (type === 'SCENE' ? 'Scene' : 'Mosaic')) }),
  };
}

export interface CatalogPreview {
  readonly url: string;
  readonly geometry: Geometry | null;
}

/** An image, or a mosaic, that a provider offers. */
export interface CatalogImage {
  readonly id: string;
  readonly product: 'scene' | 'mosaic';
  /** As the provider writes it. */
  readonly productType: string | null;
  readonly acquisitionDate: string | null;
  readonly sensor: string | null;
  /** metres for each pixel; null where unknown */
  readonly pixelResolution: number | null;
  /** 0–1; null where unknown */
  readonly cloudCover: number | null;
  /** degrees */
  readonly offNadirAngle: number | null;
  readonly colorBandOrder: string | null;
  readonly satId: string | null;
  readonly providerName: string | null;
  readonly zoom: number | null;
  readonly minAreaSqKm: number | null;
  readonly previewType: 'png' | 'jpg' | 'xyz' | 'tms' | 'wms' | null;
  readonly previewUrl: string | null;
  readonly previews: readonly CatalogPreview[];
  readonly footprint: Geometry | null;
}

const previewTypes = ['png', 'jpg', 'xyz', 'tms', 'wms'] as const;

const preview = z.looseObject({ url: z.string(), geometry: footprint });

/** A list of objects, of JSON texts, or one JSON text. */
const previews = z.unknown().transform((given): CatalogPreview[] => {
  const read = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return null;
    }
  };
  const list = read(given);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const parsed = preview.safeParse(read(item));
    return parsed.success ? [parsed.data] : [];
  });
});

const catalogImage = z
  .looseObject({
    id: z.string(),
    productType: text,
    acquisitionDate: moment,
    sensor: text,
    pixelResolution: number,
    cloudCover: number,
    offNadirAngle: number,
    colorBandOrder: text,
    satId: text,
    providerName: text,
    zoom: number,
    minAreaSqkm: number,
    minAreaSqKm: number,
    previewType: label,
    previewUrl: text,
    previews: previews.optional(),
    footprint,
  })
  .transform(({ minAreaSqkm, ...wire }): CatalogImage => ({
    ...wire,
    product: wire.productType?.toLowerCase() === 'mosaic' ? 'mosaic' : 'scene',
    pixelResolution: wire.pixelResolution === 0 ? null : wire.pixelResolution,
    cloudCover:
      wire.cloudCover === null ? null : wire.cloudCover > 1 ? wire.cloudCover / 100 : wire.cloudCover,
    minAreaSqKm: wire.minAreaSqKm ?? minAreaSqkm,
    previewType: previewTypes.find((type) => type === wire.previewType.toLowerCase()) ?? null,
    previews: wire.previews ?? [],
  }))
  .meta({ id: 'CatalogImage' });

export interface CatalogPage {
  readonly images: readonly CatalogImage[];
  readonly total: number;
  readonly offset: number;
}

/** `POST /catalog/meta`: a bare list in the reference, a page in the live service. */
export const CatalogResponse = z
  .union([
    bodyList(catalogImage),
    z.looseObject({ images: bodyList(catalogImage), total: number, offset: number }),
  ])
  .transform((wire): CatalogPage =>
    Array.isArray(wire)
      ? { images: wire, total: wire.length, offset: 0 }
      : { images: wire.images, total: wire.total ?? wire.images.length, offset: wire.offset ?? 0 },
  );
