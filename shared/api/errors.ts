import { AppError, type ErrorParams } from '../errors';
import { findErrorCode, kindOfCode, snakeCase, type ErrorCode, type ParamUnit } from './errorCodes';

/** What could be read of an error, in whichever of the service's shapes it came. */
export interface ErrorBody {
  readonly code: string | null;
  readonly message: string | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Fields of a request that a server did not accept, as FastAPI lists them. */
const validationCode = 'VALIDATION';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/**
 * Reads an error body: `{code, message, params}`, `{detail: {code, parameters}}`, `{detail: […]}`, `{detail: "…"}`,
 * `{message}`, `{code, parameters}`, plain text, HTML.
 */
export function readErrorBody(body: string): ErrorBody {
  const nothing: ErrorBody = { code: null, message: null, params: {} };
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { ...nothing, message: plainText(body) };
  }
  if (typeof parsed === 'string') return { ...nothing, message: stringOrNull(parsed) };
  if (!isRecord(parsed)) return nothing;
  const { detail } = parsed;
  if (Array.isArray(detail)) {
    return { code: validationCode, message: describeValidation(detail), params: {} };
  }
  if (typeof detail === 'string') return { ...nothing, message: stringOrNull(detail) };
  const source = isRecord(detail) ? detail : parsed;
  const params = isRecord(source.parameters) ? source.parameters : source.params;
  return {
    code: stringOrNull(source.code),
    message: stringOrNull(source.message) ?? stringOrNull(source.error),
    params: isRecord(params) ? params : {},
  };
}

function plainText(body: string): string | null {
  const isHtml = /^\s*</.test(body);
  const words = isHtml ? (/<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? '') : body;
  return stringOrNull(words.replace(/\s+/g, ' ').slice(0, 300));
}

function describeValidation(issues: readonly unknown[]): string {
  return issues
    .filter(isRecord)
    .map((issue) => {
      const where = Array.isArray(issue.loc) ? issue.loc.map(String).join('.') : '';
      return `${where}: ${stringOrNull(issue.msg) ?? 'invalid'}`;
    })
    .join('; ')
    .slice(0, 300);
}

/** Messages under a general code that have their own meaning. */
function refine(body: ErrorBody): ErrorBody {
  const said = body.message?.toLowerCase() ?? '';
  if (body.code === 'BAD_REQUEST' && /enough limit|maximum number of active templates/.test(said)) {
    return { ...body, code: 'TEMPLATE_LIMIT_REACHED' };
  }
  return body;
}

function formatValue(value: unknown, unit: ParamUnit): string {
  if (value === undefined || value === null || value === '') return '?';
  const given =
    typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
  const amount = Number(given);
  if (unit === 'text' || !Number.isFinite(amount))
    return given.length > 200 ? `${given.slice(0, 200)}…` : given;
  const rounded = (n: number): string => String(Number(n.toPrecision(n >= 1000 ? 6 : 3)));
  switch (unit) {
    case 'bytes':
      return amount >= 1e9 ? `${rounded(amount / 1e9)} GB` : `${rounded(amount / 1e6)} MB`;
    case 'megabytes':
      return `${rounded(amount)} MB`;
    case 'm2':
      return amount >= 1e5 ? `${rounded(amount / 1e6)} km²` : `${rounded(amount)} m²`;
    case 'km2':
      return `${rounded(amount)} km²`;
    case 'm':
      return `${rounded(amount)} m`;
  }
}

function paramsFor(entry: ErrorCode, body: ErrorBody): ErrorParams {
  const given = new Map(Object.entries(body.params).map(([name, value]) => [snakeCase(name), value]));
  return Object.fromEntries(
    Object.entries(entry.params).map(([name, unit]) => {
      const key = snakeCase(name);
      const value = given.get(key) ?? (key === 'message' ? body.message : undefined);
      return [key, formatValue(value, unit)];
    }),
  );
}

/** A failed processing's message (or an error's code and parameters) as an error that has words. */
export function errorOfCode(
  code: string,
  params: Readonly<Record<string, unknown>>,
  message?: string,
): AppError {
  const body: ErrorBody = { code, message: message ?? stringOrNull(params.message), params };
  const entry = findErrorCode(code);
  if (entry) return new AppError(kindOfCode(entry), paramsFor(entry, body), { details: code });
  if (/\.internalError$/i.test(code))
    return new AppError('api.service_internal', { code }, { details: code });
  const words = Object.entries(params)
    .filter(([name]) => name !== 'level')
    .map(([name, value]) => `${name}: ${formatValue(value, 'text')}`)
    .join(', ');
  return new AppError('api.unknown_code', { code }, { details: message ?? (words === '' ? code : words) });
}

const kindsOfStatus: Readonly<Record<number, string>> = {
  400: 'api.bad_request',
  401: 'api.unauthorized',
  402: 'api.payment_required',
  403: 'api.forbidden',
  404: 'api.not_found',
  405: 'api.not_supported',
  408: 'api.timeout',
  409: 'api.conflict',
  411: 'api.bad_request',
  413: 'api.too_large',
  415: 'api.bad_request',
  422: 'api.bad_request',
  429: 'api.too_many_requests',
  500: 'api.server_error',
  501: 'api.not_supported',
  502: 'api.unavailable',
  503: 'api.unavailable',
  504: 'api.unavailable',
  507: 'api.too_large',
};

/** Placeholders of the general sentences. */
const general = (status: number, body: ErrorBody): ErrorParams => ({
  status,
  message: body.message ?? `HTTP ${String(status)}`,
});

/** An answer that is not a success, as an error with words. The server's own words go into the details. */
export function errorOfResponse(status: number, text: string): AppError {
  const body = refine(readErrorBody(text));
  const details = [`HTTP ${String(status)}`, body.code, body.message]
    .filter((part) => part !== null)
    .join(' · ');
  if (status === 401) return new AppError('api.unauthorized', general(status, body), { details });
  if (status === 403 && /data provider/i.test(text)) {
    return new AppError('api.provider_not_in_plan', general(status, body), { details });
  }
  const entry = body.code === null ? undefined : findErrorCode(body.code);
  if (entry && entry.code !== 'API_ERROR')
    return new AppError(kindOfCode(entry), paramsFor(entry, body), { details });
  if (status < 500 && body.code !== null && body.code !== validationCode && entry === undefined) {
    return new AppError('api.unknown_code', { code: body.code }, { details });
  }
  const kind = kindsOfStatus[status] ?? (status >= 500 ? 'api.server_error' : 'api.bad_request');
  return new AppError(kind, general(status, body), { details });
}
