import type { ErrorParams } from '@shared/errors';
import { ApiFailure, type Phase } from './failure';

const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|ERR_TLS_CERT|INVALID_CA|HOSTNAME_MISMATCH)/;

function kindOf(code: string, phase: Phase): string {
  if (code === 'ERR_PROXY') return 'api.proxy_unreachable';
  if (certificateCodes.test(code)) return 'api.certificate';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'api.name_not_found';
  if (code === 'ECONNREFUSED') return 'api.refused';
  return phase === 'connect' ? 'api.unreachable' : 'api.connection_lost';
}

/** Node's network errors, as failures with words. */
export function networkFailure(error: unknown, url: URL, phase: Phase): ApiFailure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const kind = kindOf(code, phase);
  const params: ErrorParams =
    kind === 'api.proxy_unreachable' ? { proxy: proxyOf(error) } : { host: url.host };
  return new ApiFailure(kind, params, { phase, cause: error, details: message });
}

/** The proxy's host, which its error carries. */
function proxyOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'proxy' in error ? String(error.proxy) : '';
}

/** The code of an error, or of the first of an aggregate (one for each address tried). */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return '';
}
