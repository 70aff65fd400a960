import {
  endpoints,
  type CreateProcessingRequest,
  type Processing,
  type SourceParamsRequest,
} from '@shared/api';
import { readText, type Caller } from './caller';
import { ApiFailure } from './failure';
import type { CallOptions, Dialect, ProcessingsApi } from './types';

/** bytes of a CSV history */
const longestCsv = 256 * 1024 * 1024;
const pageSize = 100;

export function processingsApi(caller: Caller, dialect: Dialect): ProcessingsApi {
  const { call, download } = caller;

  /** All of a project's processings, page by page: the live service has no plain list any more. */
  async function byPages(projectId: string, options?: CallOptions): Promise<readonly Processing[]> {
    const found: Processing[] = [];
    for (;;) {
      const body = { limit: pageSize, offset: found.length, sortBy: 'CREATED', sortOrder: 'DESC' };
      const page = await call(endpoints.pageProcessings, { path: { projectId }, body }, options);
      found.push(...page.results);
      if (page.results.length === 0 || found.length >= page.total) return found;
    }
  }

  return {
    create: (request, options) =>
      call(endpoints.createProcessing, { body: inDialect(request, dialect) }, options),
    createV1: (body, options) => call(endpoints.createProcessingV1, { body }, options),
    get: (processingId, options) => call(endpoints.getProcessing, { path: { processingId } }, options),
    getV1: (processingId, options) => call(endpoints.getProcessingV1, { path: { processingId } }, options),
    list: (options) => call(endpoints.listProcessings, {}, options),
    listV1: (options) => call(endpoints.listProcessingsV1, {}, options),
    listByProject: async (projectId, options) => {
      if (dialect === 'reference') {
        return call(endpoints.listProjectProcessings, { path: { projectId } }, options);
      }
      return byPages(projectId, options);
    },
    page: (projectId, body = {}, options) =>
      call(endpoints.pageProcessings, { path: { projectId }, body }, options),
    cost: (request, options) => {
      const { params } = request;
      const source = params?.sourceParams;
      const body = source
        ? { ...request, params: { ...params, sourceParams: sourceInDialect(source, dialect) } }
        : request;
      return call(endpoints.processingCost, { body }, options);
    },
    result: (processingId, { aoiId, ...options } = {}) =>
      download(endpoints.processingResult, { path: { processingId }, query: { aoiId } }, options),
    aois: (processingId, options) => call(endpoints.processingAois, { path: { processingId } }, options),
    restart: (processingId, options) => {
      const endpoint = dialect === 'live' ? endpoints.restartProcessingV2 : endpoints.restartProcessing;
      return call(endpoint, { path: { processingId } }, options);
    },
    update: async (processingId, body, options) => {
      const path = { processingId };
      if (dialect === 'reference') return call(endpoints.updateProcessing, { path, body }, options);
      // The live service renames at /v2 and moves at the old address.
      const { projectId, ...words } = body;
      if (Object.keys(words).length > 0) {
        await call(endpoints.updateProcessingV2, { path, body: words }, options);
      }
      if (projectId !== undefined)
        await call(endpoints.updateProcessing, { path, body: { projectId } }, options);
    },
    delete: (processingId, options) => call(endpoints.deleteProcessing, { path: { processingId } }, options),
    rate: (processingId, body, options) =>
      call(endpoints.rateProcessing, { path: { processingId }, body }, options),
    accept: (processingId, options) => call(endpoints.acceptProcessing, { path: { processingId } }, options),
    reject: (processingId, body, options) =>
      call(endpoints.rejectProcessing, { path: { processingId }, body }, options),
    stats: (body = {}, options) =>
      call(endpoints.processingStats, { query: { type: 'json' }, body }, options),
    statsCsv: async (body = {}, options) => {
      const answer = await download(endpoints.processingStats, { query: { type: 'csv' }, body }, options);
      if (answer.contentType.includes('json')) {
        throw new ApiFailure('api.unexpected_answer', {}, { phase: 'answered', details: answer.contentType });
      }
      return readText(answer, longestCsv);
    },
  };
}

function inDialect(request: CreateProcessingRequest, dialect: Dialect): CreateProcessingRequest {
  const { params } = request;
  return { ...request, params: { ...params, sourceParams: sourceInDialect(params.sourceParams, dialect) } };
}

/** The live service expects these two in lower case. */
function sourceInDialect(source: SourceParamsRequest, dialect: Dialect): SourceParamsRequest {
  if (dialect === 'reference') return source;
  const { imagerySearch, userDefined } = source;
  return {
    ...source,
    ...(imagerySearch
      ? { imagerySearch: { ...imagerySearch, dataProvider: imagerySearch.dataProvider.toLowerCase() } }
      : {}),
    ...(userDefined?.crs ? { userDefined: { ...userDefined, crs: userDefined.crs.toLowerCase() } } : {}),
  };
}
