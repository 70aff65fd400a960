import type { Geometry } from '@shared/api';
import { coveredShare } from '../processing/area';
import type { Services } from '../services';
import { offersOf, type Offer } from './offers';

export interface CatalogQuery {
  readonly aoi: Geometry;
  /** ms since 1970 */
  readonly from: number | null;
  readonly to: number | null;
  /** metres for each pixel */
  readonly minResolution: number | null;
  readonly maxResolution: number | null;
  /** 0–1 */
  readonly maxCloudCover: number | null;
  /** degrees */
  readonly minOffNadir: number | null;
  readonly maxOffNadir: number | null;
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

type Found = Offer & { readonly aoiIntersectionPercent: number };

/** What the catalogue has for an area: the user's uploads, and the registered folders as they are now. */
export async function searchCatalog(query: CatalogQuery, services: Services): Promise<readonly Found[]> {
  await services.catalog.refresh();
  const found = offersOf(services)
    .filter((offer) => matches(offer, query))
    .map((offer) => ({ ...offer, aoiIntersectionPercent: coveredShare(query.aoi, [offer.footprint]) * 100 }))
    .filter((offer) => offer.aoiIntersectionPercent > 0)
    .filter((offer) => offer.aoiIntersectionPercent >= query.minOverlap * 100 - 1e-9);
  return found.sort((a, b) => compare(sortKey(a, query.sortBy), sortKey(b, query.sortBy), query.descending));
}

function matches(offer: Offer, query: CatalogQuery): boolean {
  const time = Date.parse(offer.acquisitionDate);
  const providers = query.providers?.map((name) => name.toLowerCase());
  return (
    (providers === undefined || providers.includes(offer.providerName)) &&
    (query.products.length === 0 || query.products.includes(offer.productType)) &&
    within(time, query.from, query.to) &&
    within(offer.pixelResolution, query.minResolution, query.maxResolution) &&
    within(offer.cloudCover, null, query.maxCloudCover) &&
    within(offer.offNadirAngle, query.minOffNadir, query.maxOffNadir) &&
    (!query.hideUnavailable || offer.available)
  );
}

/** What is not known passes. */
function within(value: number | null, least: number | null, most: number | null): boolean {
  return value === null || ((least === null || value >= least) && (most === null || value <= most));
}

type Key = string | number | null;

function sortKey(offer: Offer, field: string): Key {
  switch (field) {
    case 'PROVIDER_NAME':
      return offer.providerName;
    case 'SAT_ID':
      return offer.satId;
    case 'CLOUD_COVER':
      return offer.cloudCover;
    case 'OFF_NADIR_ANGLE':
      return offer.offNadirAngle;
    case 'ZOOM':
      return offer.zoom === null ? null : Number(offer.zoom);
    case 'PIXEL_RESOLUTION':
      return offer.pixelResolution;
    default:
      return offer.acquisitionDate;
  }
}

/** What is not known comes last, either way. */
function compare(a: Key, b: Key, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}
