import { CatalogRequest, endpoints, toLiveCatalogRequest, toReferenceCatalogRequest } from '@shared/api';
import { AppError } from '@shared/errors';
import type { Caller } from './caller';
import type { CatalogApi, Dialect } from './types';

export function catalogApi({ call }: Caller, dialect: Dialect): CatalogApi {
  // The two dialects differ in units and words, so the request is checked before it is translated.
  const unchecked = { ...endpoints.searchCatalog, body: null };
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
      return call(unchecked, { body }, options);
    },
  };
}
