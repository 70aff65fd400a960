import { AppError } from '@shared/errors';

/** How a server is reached: plain data, so that it can go to another process. */
export interface Route {
  /** The address of a proxy, or null for the direct way. */
  readonly proxy: string | null;
  /** Certificate authorities to trust beyond those that the runtime knows, as PEM. */
  readonly certificates: readonly string[];
}

const schemes: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks4',
  SOCKS4: 'socks4',
  SOCKS5: 'socks5h',
};

/**
 * The first way that a proxy script names (`PROXY proxy.example:3128; DIRECT`), as an address; null for the direct way and for
 * what nobody knows.
 */
export function proxyOfScript(words: string): string | null {
  const [first = ''] = words.split(';');
  const [kind = '', host = ''] = first.trim().split(/\s+/);
  const scheme = schemes[kind.toUpperCase()];
  return scheme === undefined || host === '' ? null : `${scheme}://${host}`;
}

/** A proxy as a person writes it, as an address. Throws `network.bad_proxy`. */
export function proxyOfPerson(text: string): string {
  const trimmed = text.trim();
  const bad = new AppError('network.bad_proxy', { address: trimmed });
  let url: URL;
  try {
    url = new URL(/^\w+:\/\//.test(trimmed) ? trimmed : `http://${trimmed}`);
  } catch {
    throw bad;
  }
  if (!/^(?:https?|socks(?:4|4a|5|5h)?):$/.test(url.protocol) || url.hostname === '') throw bad;
  // A login would lie in the settings in clear.
  if (url.username !== '' || url.password !== '') throw bad;
  return `${url.protocol}//${url.host}`;
}

/** Servers on this computer are never asked for by way of another one. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/i.test(hostname);
}
