import type { CatalogImage, Geometry } from '@shared/api';
import { coveredShare } from '../processing/area';
import type { Services } from '../services';
import type { ImageRow } from '../store';

export interface CatalogQuery {
  readonly aoi: Geometry;
  /** ms since 1970 */
  readonly from: number | null;
  readonly to: number | null;
  /** metres for each pixel */
  readonly minResolution: number | null;
  readonly maxResolution: number | null;
  /** 0–1 of the area */
  readonly minOverlap: number;
  /** Empty for all. */
  readonly products: readonly ('Scene' | 'Mosaic')[];
  /** null for all; an empty list is nobody, as in the live service. */
  readonly providers: readonly string[] | null;
  readonly hideUnavailable: boolean;
  readonly sortBy: string;
  readonly descending: boolean;
}

/** An offer of the catalogue on the wire. What uploads do not know (clouds, angles) is null and passes every filter. */
type Offer = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly productType: 'Scene' | 'Mosaic';
  readonly acquisitionDate: string;
  readonly pixelResolution: number;
  readonly providerName: string;
  readonly available: boolean;
  readonly footprint: Geometry;
};

/** The user's own uploads as a catalogue: images as scenes, mosaics as mosaics. */
export function findInCatalog(query: CatalogQuery, services: Services): readonly Offer[] {
  const offers = [...sceneOffers(services), ...mosaicOffers(services)]
    .filter((offer) => matches(offer, query))
    .map((offer) => ({ ...offer, aoiIntersectionPercent: coveredShare(query.aoi, [offer.footprint]) * 100 }))
    .filter((offer) => offer.aoiIntersectionPercent > 0)
    .filter((offer) => offer.aoiIntersectionPercent >= query.minOverlap * 100 - 1e-9);
  const direction = query.descending ? -1 : 1;
  return offers.sort((a, b) => direction * compare(sortKey(a, query.sortBy), sortKey(b, query.sortBy)));
}

function matches(offer: Offer, query: CatalogQuery): boolean {
  const time = Date.parse(offer.acquisitionDate);
  const providers = query.providers?.map((name) => name.toLowerCase());
  return (
    (providers === undefined || providers.includes(offer.providerName)) &&
    (query.products.length === 0 || query.products.includes(offer.productType)) &&
    (query.from === null || time >= query.from) &&
    (query.to === null || time <= query.to) &&
    (query.minResolution === null || offer.pixelResolution >= query.minResolution) &&
    (query.maxResolution === null || offer.pixelResolution <= query.maxResolution) &&
    (!query.hideUnavailable || offer.available)
  );
}

const unknown = {
  sensor: null,
  cloudCover: null,
  offNadirAngle: null,
  satId: null,
  zoom: null,
  minAreaSqkm: 0,
  previewType: 'jpg',
} as const satisfies Partial<Record<keyof CatalogImage | 'minAreaSqkm', unknown>>;

function sceneOffers(services: Services): readonly Offer[] {
  return services.store.images.all().map((image) => ({
    ...unknown,
    id: image.id,
    productType: 'Scene' as const,
    acquisitionDate: image.uploadedAt,
    pixelResolution: image.profile.gsd,
    colorBandOrder: image.profile.bands >= 3 ? 'RGB' : 'GRAY',
    providerName: 'my_imagery_images',
    previewUrl: previewOf(image, services),
    available: image.status !== 'FAILED',
    filename: image.filename,
    footprint: image.footprint,
  }));
}

function mosaicOffers(services: Services): readonly Offer[] {
  return services.store.mosaics.list([]).flatMap((mosaic): Offer[] => {
    const images = services.store.images.ofMosaic(mosaic.id).filter(({ status }) => status !== 'FAILED');
    const [first] = images;
    const last = images[images.length - 1];
    if (!first || !last) return [];
    return [
      {
        ...unknown,
        id: mosaic.id,
        productType: 'Mosaic',
        acquisitionDate: last.uploadedAt,
        pixelResolution: first.profile.gsd,
        colorBandOrder: first.profile.bands >= 3 ? 'RGB' : 'GRAY',
        providerName: 'my_imagery_mosaics',
        previewUrl: previewOf(first, services),
        previews: images.map((image) => ({ url: previewOf(image, services), geometry: image.footprint })),
        available: true,
        filename: mosaic.name,
        footprint: {
          type: 'MultiPolygon',
          coordinates: images.flatMap(({ footprint }) =>
            footprint.type === 'Polygon' ? [footprint.coordinates] : footprint.coordinates,
          ),
        },
      },
    ];
  });
}

function previewOf(image: ImageRow, services: Services): string {
  return `${services.baseUrl()}/rasters/image/${image.id}/preview/l`;
}

function sortKey(offer: Offer, field: string): string | number {
  switch (field) {
    case 'PROVIDER_NAME':
      return offer.providerName;
    case 'PIXEL_RESOLUTION':
      return offer.pixelResolution;
    case 'ACQUISITION_DATE':
      return offer.acquisitionDate;
    default:
      return '';
  }
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
