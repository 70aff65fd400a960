import type { SqlValue } from './database';

/** Columns that hold JSON were written by us: what comes out is what went in. */
export function fromJson<T>(value: SqlValue | undefined): T {
  return JSON.parse(String(value)) as T;
}

export function fromJsonOrNull<T>(value: SqlValue | undefined): T | null {
  return value === null || value === undefined ? null : fromJson<T>(value);
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
