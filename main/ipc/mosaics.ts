import type { Mosaic, MosaicImage } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface MosaicsPort {
  list(accountId: string): Promise<readonly Mosaic[]>;
  images(accountId: string, mosaicId: string): Promise<readonly MosaicImage[]>;
  remove(accountId: string, mosaicId: string): Promise<void>;
}

export function mosaicsHandlers(mosaics: MosaicsPort, activeAccount: () => string): AreaHandlers<'mosaics'> {
  return {
    'mosaics.list': () => mosaics.list(activeAccount()),
    'mosaics.images': ({ mosaicId }) => mosaics.images(activeAccount(), mosaicId),
    'mosaics.remove': ({ mosaicId }) => mosaics.remove(activeAccount(), mosaicId),
  };
}
