import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError } from '@shared/errors';
import type { Log } from '@shared/log';
import { InvalidBody, sentenceOf, ServiceError, serviceErrorOf } from './serviceError';

/** Paths of the data catalogue, whose errors have a form of their own. */
function isCatalogPath(path: string): boolean {
  return /\/rasters(?:\/|$)/.test(path);
}

/** Any failure as an answer in the form of the part of the service that was asked. */
export function errorAnswer(error: unknown, context: Context, log: Log): Response {
  const catalog = isCatalogPath(context.req.path);
  if (error instanceof InvalidBody) return invalidAnswer(error, context, catalog);
  if (error instanceof AppError) return serviceAnswer(serviceErrorOf(error), context, catalog);
  if (error instanceof ServiceError) return serviceAnswer(error, context, catalog);
  log.error('request failed', {
    method: context.req.method,
    path: context.req.path,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const failure = new ServiceError(
    500,
    'INTERNAL_ERROR',
    {},
    'the engine failed while it worked on the request',
  );
  return serviceAnswer(failure, context, catalog);
}

function serviceAnswer(error: ServiceError, context: Context, catalog: boolean): Response {
  const body = catalog
    ? { detail: { code: error.code, parameters: error.params, message: sentenceOf(error) } }
    : {
        code: error.code,
        message: sentenceOf(error),
        params: Object.keys(error.params).length > 0 ? textValues(error.params) : null,
      };
  if (error.status === 401) context.header('WWW-Authenticate', 'Bearer');
  return context.json(body, error.status as ContentfulStatusCode);
}

/** The processing API writes all parameters as strings. */
function textValues(params: ServiceError['params']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function invalidAnswer(error: InvalidBody, context: Context, catalog: boolean): Response {
  if (catalog) {
    const detail = error.issues.map(({ path, message }) => ({
      loc: ['body', ...path],
      msg: message,
      type: 'value_error',
    }));
    return context.json({ detail }, 422);
  }
  const words = error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
  return context.json({ code: 'BAD_REQUEST', message: words, params: null }, 400);
}
