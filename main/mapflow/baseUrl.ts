import { AppError } from '@shared/errors';

/** An address as a person types it, as a base URL without a trailing slash. Throws `api.invalid_address`. */
export function normaliseBaseUrl(address: string): string {
  const trimmed = address.trim();
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    throw new AppError('api.invalid_address', { address: trimmed });
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hostname === '') {
    throw new AppError('api.invalid_address', { address: trimmed });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
