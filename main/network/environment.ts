/**
 * The proxy that the environment names for an address, as command lines do: `https_proxy`, `http_proxy`, `all_proxy`, and
 * `no_proxy` with its list of hosts; null for the direct way.
 */
export function proxyOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  { protocol, hostname, port }: URL,
): string | null {
  const read = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const excepted = read('no_proxy')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === '') return false;
      if (entry === '*') return true;
      const [host = '', only] = entry.split(':');
      const name = host.replace(/^\*?\./, '');
      return (only === undefined || only === port) && (bare === name || bare.endsWith(`.${name}`));
    });
  if (excepted) return null;
  const found = read(`${protocol.slice(0, -1)}_proxy`) || read('all_proxy');
  if (found === '') return null;
  return /^\w+:\/\//.test(found) ? found : `http://${found}`;
}
