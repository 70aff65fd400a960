import { endpoints } from '@shared/api';
import type { Caller } from './caller';
import type { MosaicsApi } from './types';

export function mosaicsApi({ call }: Caller): MosaicsApi {
  return {
    create: (body, options) => call(endpoints.createMosaic, { body }, options),
    get: (mosaicId, options) => call(endpoints.getMosaic, { path: { mosaicId } }, options),
    list: ({ tags, ...options } = {}) => call(endpoints.listMosaics, { query: { tags } }, options),
    update: (mosaicId, body, options) => call(endpoints.updateMosaic, { path: { mosaicId }, body }, options),
    delete: (mosaicId, options) => call(endpoints.deleteMosaic, { path: { mosaicId } }, options),
    status: (mosaicId, options) => call(endpoints.mosaicStatus, { path: { mosaicId } }, options),
  };
}
