import { endpoints } from '@shared/api';
import type { Caller } from './caller';
import type { StorageApi } from './types';

export function storageApi({ call }: Caller): StorageApi {
  return { usage: (options) => call(endpoints.storage, {}, options) };
}
