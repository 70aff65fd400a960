import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '@shared/errors';

/** Addresses that no public map server has: this computer, private and link-local networks, multicast, the rest. */
const local = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  local.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  local.addSubnet(network, bits, 'ipv6');
}

/** Whether an address lies on this computer or in a local network. IPv4 in the clothes of IPv6 is seen through. */
export function isLocalAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '');
  const family = isIP(plain);
  if (family === 0) return false;
  return local.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Resolves names for a request, and refuses those that lead into a local network: the answer that is checked is the one
 * that is connected to.
 */
export function publicLookup(): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses: readonly LookupAddress[] = found;
      if (error) {
        done(error, '', 0);
      } else if (addresses.some(({ address }) => isLocalAddress(address))) {
        done(new AppError('basemaps.local_address', { host: hostname }), '', 0);
      } else if (options.all === true) {
        done(null, [...addresses]);
      } else {
        const [first] = addresses;
        done(null, first?.address ?? '', first?.family ?? 4);
      }
    });
  };
}
