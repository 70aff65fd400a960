import { endpoints, type UserStatus } from '@shared/api';
import { AppError } from '@shared/errors';
import { looksLikeBasic } from './authorization';
import { createCaller, readText } from './caller';
import { ApiFailure } from './failure';
import { normaliseBaseUrl } from './baseUrl';
import type { AuthScheme, CallOptions, Dialect, MapflowClientOptions } from './types';

/** What a successful sign-in found out; kept with the profile. */
export interface Login {
  /** As given, without a trailing slash. */
  readonly baseUrl: string;
  readonly scheme: AuthScheme;
  readonly dialect: Dialect;
  readonly status: UserStatus;
}

export type LoginOptions = CallOptions &
  Pick<MapflowClientOptions, 'agentFor' | 'log' | 'userAgent' | 'retries'>;

/** bytes of a user status */
const longestStatus = 16 * 1024 * 1024;

/**
 * Signs in: tries the token under one scheme, then the other, and reads which dialect the server speaks. Throws
 * `api.invalid_address`, `api.wrong_token`, `api.not_mapflow`, and what the network says (`api.unreachable`, …).
 */
export async function verifyLogin(
  address: string,
  token: string,
  options: LoginOptions = {},
): Promise<Login> {
  const baseUrl = normaliseBaseUrl(address);
  if (token.trim() === '' || /[\r\n]/.test(token.trim())) throw new AppError('api.wrong_token');
  const schemes: readonly AuthScheme[] = looksLikeBasic(token) ? ['Basic', 'Bearer'] : ['Bearer', 'Basic'];
  let refusal: unknown = null;
  for (const scheme of schemes) {
    try {
      const wire = await fetchStatus(baseUrl, scheme, token, options);
      const parsed = endpoints.userStatus.response.safeParse(wire);
      if (!parsed.success) throw notMapflow(baseUrl, 'no user status');
      return { baseUrl, scheme, dialect: dialectOf(wire), status: parsed.data };
    } catch (error) {
      if (!(error instanceof ApiFailure) || (error.status !== 401 && error.status !== 403))
        throw explain(error, baseUrl);
      refusal = error;
    }
  }
  throw new AppError('api.wrong_token', {}, { cause: refusal });
}

async function fetchStatus(
  baseUrl: string,
  scheme: AuthScheme,
  token: string,
  options: LoginOptions,
): Promise<unknown> {
  const caller = createCaller({
    ...options,
    retries: options.retries ?? 1,
    baseUrl,
    scheme,
    token: () => token,
  });
  try {
    const answer = await caller.download(endpoints.userStatus, {}, options);
    const text = await readText(answer, longestStatus);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw notMapflow(baseUrl, answer.contentType);
    }
  } finally {
    caller.close();
  }
}

/** The reference nests the user; the live service does not. */
function dialectOf(status: unknown): Dialect {
  const nested = typeof status === 'object' && status !== null && 'user' in status && status.user;
  return nested ? 'reference' : 'live';
}

/** Web servers that are not Mapflow answer with their own errors, which would only confuse here. */
function explain(error: unknown, baseUrl: string): unknown {
  if (!(error instanceof ApiFailure) || error.status === null) return error;
  const foreign = [404, 405, 410].includes(error.status) || error.kind === 'api.unexpected_answer';
  return foreign ? notMapflow(baseUrl, error.details ?? '') : error;
}

function notMapflow(baseUrl: string, details: string): AppError {
  return new AppError('api.not_mapflow', { host: new URL(baseUrl).host }, { details });
}
