import type { AuthScheme } from './types';

/**
 * The value of the Authorization header. Mapflow's API tokens are `base64(email:secret)` already, sometimes without their
 * padding; a pair in clear is encoded here.
 */
export function authorization(scheme: AuthScheme, token: string): string {
  const trimmed = token.trim();
  if (scheme === 'Bearer') return `Bearer ${trimmed}`;
  if (trimmed.includes(':')) return `Basic ${Buffer.from(trimmed, 'utf8').toString('base64')}`;
  const padding = '='.repeat((4 - (trimmed.length % 4)) % 4);
  return `Basic ${trimmed}${padding}`;
}

/** True for a token that decodes to `email:secret`: the form that the live service issues. */
export function looksLikeBasic(token: string): boolean {
  const trimmed = token.trim();
  if (trimmed.includes(':')) return true;
  return (
    /^[A-Za-z0-9+/_-]+=*$/.test(trimmed) &&
    /^[^\s:@]+@[^\s:]+:./.test(Buffer.from(trimmed, 'base64').toString('utf8'))
  );
}
