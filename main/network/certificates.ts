import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as tls from 'node:tls';
import { AppError } from '@shared/errors';

/** Where Linux systems keep what they trust, for runtimes that cannot ask. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates in a PEM file. Throws `network.no_certificates` when it holds none that can be read. */
export function readCertificates(path: string): readonly string[] {
  const fail = (cause?: unknown): AppError =>
    new AppError('network.no_certificates', { name: basename(path) }, { cause });
  let found: readonly string[];
  try {
    found = readFileSync(path, 'utf8').match(certificate) ?? [];
    for (const pem of found) new X509Certificate(pem);
  } catch (error) {
    throw fail(error);
  }
  if (found.length === 0) throw fail();
  return found;
}

let known: readonly string[] | null = null;

/** What this computer trusts and the runtime does not know by itself; looked up once. */
export function systemCertificates(): readonly string[] {
  known ??= beyondTheRuntime(askSystem());
  return known;
}

function askSystem(): readonly string[] {
  // Node 22.15 and newer.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  try {
    if (getCACertificates) return getCACertificates('system');
  } catch {
    return [];
  }
  if (process.platform !== 'linux') return [];
  for (const bundle of bundles) {
    try {
      return readFileSync(bundle, 'utf8').match(certificate) ?? [];
    } catch {
      // The next distribution keeps it elsewhere.
    }
  }
  return [];
}

function beyondTheRuntime(found: readonly string[]): readonly string[] {
  const bare = (pem: string): string => pem.replace(/\s/g, '');
  const own = new Set(tls.rootCertificates.map(bare));
  return found.filter((pem) => !own.has(bare(pem)));
}
