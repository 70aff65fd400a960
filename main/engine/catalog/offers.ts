import type { Geometry } from '@shared/api';
import type { Services } from '../services';
import type { ImageProfile, ImageRow } from '../store';
import type { Scene, SceneMosaic } from './types';

/** An offer of the catalogue on the wire. What is not known of it (clouds, angles) is null and passes every filter. */
export interface Offer {
  readonly id: string;
  readonly productType: 'Scene' | 'Mosaic';
  readonly acquisitionDate: string;
  readonly sensor: string | null;
  readonly satId: string | null;
  /** metres for each pixel */
  readonly pixelResolution: number;
  /** 0–1 */
  readonly cloudCover: number | null;
  /** degrees */
  readonly offNadirAngle: number | null;
  readonly colorBandOrder: string;
  readonly providerName: string;
  readonly zoom: string | null;
  readonly minAreaSqkm: number;
  readonly previewType: 'jpg' | 'xyz';
  readonly previewUrl: string;
  readonly previews?: readonly { readonly url: string; readonly geometry: Geometry }[];
  readonly available: boolean;
  readonly filename: string;
  readonly footprint: Geometry;
}

/** Uploads and registered folders: images as scenes, mosaics as mosaics. */
export function offersOf(services: Services): readonly Offer[] {
  const { store, catalog } = services;
  return [
    ...store.images.all().map((image) => imageOffer(image, services)),
    ...store.mosaics.list([]).flatMap((mosaic) => {
      const images = store.images.ofMosaic(mosaic.id).filter(({ status }) => status !== 'FAILED');
      return mosaicOffer(mosaic.id, mosaic.name, images, services);
    }),
    ...catalog.scenes().map((scene) => sceneOffer(scene, services)),
    ...catalog.mosaics().map((mosaic) => sceneMosaicOffer(mosaic, services)),
  ];
}

const nothingKnown = { sensor: null, satId: null, cloudCover: null, offNadirAngle: null } as const;

function imageOffer(image: ImageRow, services: Services): Offer {
  return {
    ...nothingKnown,
    id: image.id,
    productType: 'Scene',
    acquisitionDate: image.uploadedAt,
    ...resolutionOf(image.profile),
    zoom: null,
    providerName: 'my_imagery_images',
    previewType: 'jpg',
    previewUrl: `${services.baseUrl()}/rasters/image/${image.id}/preview/l`,
    available: image.status !== 'FAILED',
    filename: image.filename,
    footprint: image.footprint,
  };
}

function mosaicOffer(
  id: string,
  name: string,
  images: readonly ImageRow[],
  services: Services,
): readonly Offer[] {
  const [first] = images;
  const last = images[images.length - 1];
  if (!first || !last) return [];
  const footprint = together(images.map((image) => image.footprint));
  return [
    {
      ...nothingKnown,
      id,
      productType: 'Mosaic',
      acquisitionDate: last.uploadedAt,
      ...resolutionOf(first.profile),
      zoom: zoomOf(first.profile, footprint),
      providerName: 'my_imagery_mosaics',
      previewType: 'xyz',
      previewUrl: `${services.baseUrl()}/layers/mosaics/${id}/tiles/{z}/{x}/{y}.png`,
      previews: images.map((image) => ({
        url: `${services.baseUrl()}/rasters/image/${image.id}/preview/l`,
        geometry: image.footprint,
      })),
      available: true,
      filename: name,
      footprint,
    },
  ];
}

function sceneOffer(scene: Scene, services: Services): Offer {
  const { id, profile, provider, facts, available, filename, footprint } = scene;
  return {
    id,
    productType: 'Scene',
    acquisitionDate: facts.acquired,
    sensor: facts.sensor,
    satId: facts.satellite,
    cloudCover: facts.cloudCover,
    offNadirAngle: facts.offNadir,
    ...resolutionOf(profile),
    zoom: null,
    providerName: provider,
    previewType: 'jpg',
    previewUrl: previewOf(scene, services),
    available,
    filename,
    footprint,
  };
}

/** The worst of its scenes is what a mosaic promises. */
function sceneMosaicOffer({ id, name, provider, scenes }: SceneMosaic, services: Services): Offer {
  const first = scenes[0] as Scene;
  const last = scenes[scenes.length - 1] as Scene;
  const footprint = together(scenes.map((scene) => scene.footprint));
  const angles = known(scenes.map(({ facts }) => facts.offNadir));
  return {
    id,
    productType: 'Mosaic',
    acquisitionDate: last.facts.acquired,
    sensor: first.facts.sensor,
    satId: first.facts.satellite,
    cloudCover: largest(known(scenes.map(({ facts }) => facts.cloudCover))),
    offNadirAngle: angles.find((angle) => Math.abs(angle) === largest(angles.map(Math.abs))) ?? null,
    ...resolutionOf(first.profile),
    zoom: zoomOf(first.profile, footprint),
    providerName: provider,
    previewType: 'xyz',
    previewUrl: `${services.baseUrl()}/layers/catalog/${id}/tiles/{z}/{x}/{y}.png`,
    previews: scenes.map((scene) => ({ url: previewOf(scene, services), geometry: scene.footprint })),
    available: scenes.some(({ available }) => available),
    filename: name,
    footprint,
  };
}

function previewOf({ id }: Scene, services: Services): string {
  return `${services.baseUrl()}/catalog/preview/${id}`;
}

function resolutionOf({ gsd, bands }: ImageProfile) {
  return { pixelResolution: gsd, colorBandOrder: bands >= 3 ? 'RGB' : 'GRAY', minAreaSqkm: 0 };
}

/** The level of a web map's tiles whose pixels are at least as fine. */
function zoomOf({ gsd }: ImageProfile, footprint: Geometry): string {
  const [, latitude = 0] = footprint.coordinates.flat(footprint.type === 'Polygon' ? 1 : 2)[0] as number[];
  const widest = 156_543.034 * Math.cos((latitude * Math.PI) / 180);
  return String(Math.max(0, Math.min(22, Math.ceil(Math.log2(widest / gsd) - 0.01))));
}

function together(areas: readonly Geometry[]): Geometry {
  return {
    type: 'MultiPolygon',
    coordinates: areas.flatMap((area) => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates)),
  };
}

const known = (values: readonly (number | null)[]): number[] =>
  values.filter((value): value is number => value !== null);

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
