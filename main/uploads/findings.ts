import type { Finding } from '@shared/ipc/types';
import type { SourcePlan } from './ports';

/** A line of the check before an upload: a message kind of this area, with its values. */
export function finding(level: Finding['level'], name: string, params: Finding['params'] = {}): Finding {
  return { level, kind: `uploads.${name}`, params };
}

export function gigabytes(bytes: number): string {
  if (bytes > 0 && bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

/** bytes of all chunks; about so many where some are not made yet */
export function totalBytes(plan: SourcePlan): number {
  return plan.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
}
