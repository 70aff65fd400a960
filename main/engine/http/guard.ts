import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ServiceError } from './serviceError';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Compares in a time that does not depend on where the texts differ. */
function same(given: string, expected: Buffer): boolean {
  return timingSafeEqual(digest(given), expected);
}

/**
 * The token under `Bearer`; under `Basic` as it is (the live service's tokens are a finished credential), or as the
 * password of any user.
 */
export function isAuthorized(header: string | undefined, token: Buffer): boolean {
  const [, scheme = '', credential = ''] = /^\s*(\w+)\s+(\S+)\s*$/.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return same(credential, token);
  if (scheme.toLowerCase() !== 'basic') return false;
  const decoded = Buffer.from(credential, 'base64').toString('utf8');
  const password = decoded.slice(decoded.indexOf(':') + 1);
  // All are compared, so that the time tells nothing.
  return [credential, credential.replace(/=+$/, ''), password]
    .map((text) => same(text, token))
    .includes(true);
}

/** Whether a Host header names this computer: a page that has tricked the browser's DNS names its own. */
function isLoopback(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host ?? '');
}

/** Lets in only programs on this computer that know the token; never a page in a browser. */
export function guard(token: string): MiddlewareHandler {
  const expected = digest(token);
  return async (context, next) => {
    if (!isLoopback(context.req.header('host'))) {
      throw new ServiceError(403, 'FORBIDDEN', {}, 'requests for another host are refused');
    }
    const site = context.req.header('sec-fetch-site');
    if (context.req.header('origin') !== undefined || (site !== undefined && site !== 'none')) {
      throw new ServiceError(403, 'FORBIDDEN', {}, 'requests from web pages are refused');
    }
    if (!isAuthorized(context.req.header('authorization'), expected)) {
      throw new ServiceError(401, 'UNAUTHORIZED', {}, 'the token is missing or wrong');
    }
    await next();
  };
}
