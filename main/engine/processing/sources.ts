import type { SourceParamsRequest } from '@shared/api';
import { itemNotFound, ServiceError } from '../http/serviceError';
import type { ImageRow, Store } from '../store';

/** Uploaded images that a processing reads, in order of arrival. Throws what the service answers when it cannot. */
export function resolveImages(store: Store, source: SourceParamsRequest): readonly ImageRow[] {
  if (source.myImagery) return ownImages(store, source.myImagery);
  if (source.imagerySearch) return foundImages(store, source.imagerySearch);
  throw new ServiceError(400, 'engine.ProviderNotAvailable', {
    provider: source.dataProvider?.providerName ?? source.userDefined?.sourceType ?? '',
  });
}

function ownImages(store: Store, mine: NonNullable<SourceParamsRequest['myImagery']>): readonly ImageRow[] {
  const ids = mine.imageIds ?? [];
  if (mine.mosaicId !== undefined && store.mosaics.get(mine.mosaicId) === null) {
    throw itemNotFound('mosaic', mine.mosaicId);
  }
  const images =
    ids.length > 0 ? ids.map((id) => existing(store, id)) : store.images.ofMosaic(mine.mosaicId ?? '');
  return ready(images);
}

/** The catalogue offers uploaded images and mosaics under their own ids. */
function foundImages(
  store: Store,
  search: NonNullable<SourceParamsRequest['imagerySearch']>,
): readonly ImageRow[] {
  const provider = search.dataProvider.toLowerCase();
  if (provider === 'my_imagery_mosaics') {
    return ready(search.imageIds.flatMap((id) => ownImages(store, { mosaicId: id })));
  }
  if (provider === 'my_imagery_images') return ready(search.imageIds.map((id) => existing(store, id)));
  throw new ServiceError(400, 'engine.ProviderNotAvailable', { provider: search.dataProvider });
}

function existing(store: Store, id: string): ImageRow {
  const image = store.images.get(id);
  if (!image) throw itemNotFound('image', id);
  return image;
}

/** Failed images are left out unless nothing else is there; images share one coordinate system. */
function ready(images: readonly ImageRow[]): readonly ImageRow[] {
  const usable = images.filter(({ status }) => status !== 'FAILED');
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
  return [...usable].sort((a, b) => a.sequence - b.sequence);
}
