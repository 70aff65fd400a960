import { CatalogRequest, endpoints, toLiveCatalogRequest, toReferenceCatalogRequest } from '@shared/api';
import { AppError } from '@shared/errors';
import type { Caller } from './caller';
import { readBytes } from './images';
import { webAddress } from './layers';
import type { CatalogApi, Dialect } from './types';

/** bytes of a preview */
const longestPreview = 32 * 1024 * 1024;

export function catalogApi({ call, fetch }: Caller, dialect: Dialect): CatalogApi {
  return {
    search: async (request, options) => {
      const checked = CatalogRequest.safeParse(request);
      if (!checked.success) {
        const field = checked.error.issues[0]?.path.map(String).join('.') ?? 'body';
        throw new AppError('api.invalid_request', { field });
      }
      // An empty list means "search nothing" to the live service.
      const { dataProviders, ...rest } = checked.data;
      const named = dataProviders?.length ? { ...rest, dataProviders } : rest;
      const body = dialect === 'live' ? toLiveCatalogRequest(named) : toReferenceCatalogRequest(named);
      // The request is checked already, in the words that both dialects are made from.
      return call({ ...endpoints.searchCatalog, body: null }, { body }, options);
    },
    preview: async (previewUrl, options) => {
      const { body, contentType } = await fetch(webAddress(previewUrl), options);
      return { bytes: await readBytes(body, longestPreview), contentType };
    },
  };
}
