import { z } from 'zod';

/**
 * Field schemas for what a server sends. They accept every form seen (numbers as strings, absent, null, dates without a
 * zone) and give one. A field of a wrong type becomes null: one odd value must not hide a whole list.
 */

/** A string, or null where it is absent or not a string. */
export const text = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => (value === null || value === undefined ? null : String(value)));

/** A string, empty where it is absent. */
export const label = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? '');

/** A finite number, also when written as a string; null otherwise. */
export const number = z
  .union([z.number(), z.string()])
  .nullish()
  .catch(null)
  .transform((value) => {
    if (value === null || value === undefined || value === '') return null;
    const parsed = Number(value);
    return Number.isFinite(parsed) ? parsed : null;
  });

/** A boolean, also when written as 0 and 1; null otherwise. */
export const flag = z
  .union([z.boolean(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => (value === null || value === undefined ? null : Boolean(value)));

/** A moment as an ISO 8601 string in UTC. The data catalogue writes moments without a zone: they are UTC. */
export const moment = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => (value ? inUtc(value) : null));

function inUtc(value: string): string | null {
  const zoned = /(?:z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : `${value}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Strings; anything else in the list is left out. */
export const texts = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((values) => (values ?? []).filter((value): value is string => typeof value === 'string'));

/** A map of anything, empty where it is absent. */
export const record = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch(null)
  .transform((value) => value ?? {});

/** A list whose broken members are left out, empty where it is absent. */
export function listOf<Item>(item: z.ZodType<Item>) {
  return z
    .array(item.nullable().catch(null))
    .nullish()
    .catch(null)
    .transform((values) => (values ?? []).filter((value): value is Awaited<Item> & {} => value !== null));
}

/** A list that must be there: a body that is not a list is refused, its broken members are left out. */
export function bodyList<Item>(item: z.ZodType<Item>) {
  return z
    .array(item.nullable().catch(null))
    .transform((values) => values.filter((value): value is Awaited<Item> & {} => value !== null));
}

/** An object that may be absent or broken; null then. */
export function maybe<Value>(schema: z.ZodType<Value>) {
  return schema
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);
}

/** A page of a longer list. */
export interface Page<Item> {
  readonly results: readonly Item[];
  /** Members of the whole list that match. */
  readonly total: number;
}

export function pageOf<Item>(item: z.ZodType<Item>) {
  return z
    .looseObject({ results: bodyList(item), total: number, count: number })
    .transform(({ results, total, count }): Page<Item> => ({
      results,
      total: total ?? count ?? results.length,
    }));
}

/** For requests: a UUID as the service writes them. */
export const id = z.string().min(1).max(100);
