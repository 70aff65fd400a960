import type { Geometry, SourceParamsRequest } from '@shared/api';
import type { Scene } from '../catalog/types';
import { itemNotFound, ServiceError } from '../http/serviceError';
import type { Services } from '../services';
import type { ImageProfile, ImageRow } from '../store';

/** An image that a processing reads, wherever it lies. */
export interface ProcessingImage {
  readonly path: string;
  readonly filename: string;
  readonly profile: ImageProfile;
  readonly footprint: Geometry;
  readonly usable: boolean;
}

/** Where images are looked up. */
export type Places = Pick<Services, 'store' | 'files' | 'catalog'>;

/**
 * Images that a processing reads, the one that lies on top last. Throws what the service answers when it cannot: `ItemNotFound`,
 * `engine.ImageNotReady`, `engine.ProviderNotAvailable`, `source-validator.*`.
 */
export function resolveImages(places: Places, source: SourceParamsRequest): readonly ProcessingImage[] {
  if (source.myImagery) return ready(ownImages(places, source.myImagery));
  if (source.imagerySearch) return ready(foundImages(places, source.imagerySearch));
  throw new ServiceError(400, 'engine.ProviderNotAvailable', {
    provider: source.dataProvider?.providerName ?? source.userDefined?.sourceType ?? '',
  });
}

function ownImages(
  places: Places,
  mine: NonNullable<SourceParamsRequest['myImagery']>,
): readonly ProcessingImage[] {
  const { store } = places;
  const ids = mine.imageIds ?? [];
  if (mine.mosaicId !== undefined && store.mosaics.get(mine.mosaicId) === null) {
    throw itemNotFound('mosaic', mine.mosaicId);
  }
  const images =
    ids.length > 0 ? ids.map((id) => existing(places, id)) : store.images.ofMosaic(mine.mosaicId ?? '');
  return uploads(places, images);
}

/** The catalogue offers uploads under their own ids, and folders of this computer. */
function foundImages(
  places: Places,
  search: NonNullable<SourceParamsRequest['imagerySearch']>,
): readonly ProcessingImage[] {
  const { store, catalog } = places;
  const provider = search.dataProvider.toLowerCase();
  if (provider === 'my_imagery_mosaics') {
    return search.imageIds.flatMap((id) => {
      if (store.mosaics.get(id) === null) throw itemNotFound('mosaic', id);
      return uploads(places, store.images.ofMosaic(id));
    });
  }
  if (provider === 'my_imagery_images') {
    return uploads(
      places,
      search.imageIds.map((id) => existing(places, id)),
    );
  }
  if (!catalog.folders().some((folder) => folder.provider === provider)) {
    throw new ServiceError(400, 'engine.ProviderNotAvailable', { provider: search.dataProvider });
  }
  return search.imageIds.flatMap((id) => scenesOf(places, provider, id)).map(fromScene);
}

function scenesOf({ catalog }: Places, provider: string, id: string): readonly Scene[] {
  const scene = catalog.scene(id);
  if (scene?.provider === provider) return [scene];
  const mosaic = catalog.mosaic(id);
  if (mosaic?.provider === provider) return mosaic.scenes;
  throw itemNotFound('image', id);
}

const fromScene = ({ path, filename, profile, footprint, available }: Scene): ProcessingImage => ({
  path,
  filename,
  profile,
  footprint,
  usable: available,
});

/** In order of arrival, so that the latest lies on top. */
function uploads({ files }: Places, images: readonly ImageRow[]): readonly ProcessingImage[] {
  return [...images]
    .sort((a, b) => a.sequence - b.sequence)
    .map((image) => ({
      path: image.linkedPath ?? files.image(image.id),
      filename: image.filename,
      profile: image.profile,
      footprint: image.footprint,
      usable: image.status !== 'FAILED',
    }));
}

function existing({ store }: Places, id: string): ImageRow {
  const image = store.images.get(id);
  if (!image) throw itemNotFound('image', id);
  return image;
}

/** Images that cannot be read are left out unless nothing else is there; all share one coordinate system. */
function ready(images: readonly ProcessingImage[]): readonly ProcessingImage[] {
  const usable = images.filter((image) => image.usable);
  const [first] = usable;
  if (!first) {
    const [failed] = images;
    if (failed) throw new ServiceError(400, 'engine.ImageNotReady', { filename: failed.filename });
    throw new ServiceError(400, 'source-validator.NoDataInAOI', {});
  }
  const other = usable.find(({ profile }) => profile.crs !== first.profile.crs);
  if (other) {
    throw new ServiceError(400, 'source-validator.ImageCheckError', {
      checked_param: `crs of ${other.filename}`,
      message: `${other.profile.crs} is not ${first.profile.crs}`,
      metadata: '',
    });
  }
  return usable;
}
