import { z } from 'zod';
import { flag, label, listOf, moment, number, text } from './wire';

/** `sort` is `field:asc` or `field:desc`, `filter` is `field=value`; several are joined with `;`. */
export const StatsRequest = z.strictObject({
  page: z.int().min(1).default(1),
  perPage: z.int().min(1).max(1000).default(50),
  sort: z.string().optional(),
  filter: z.string().optional(),
});
export type StatsRequest = z.input<typeof StatsRequest>;

export interface StatsRow {
  readonly projectName: string;
  readonly name: string;
  readonly email: string | null;
  /** m² */
  readonly area: number | null;
  /** credits */
  readonly cost: number | null;
  readonly created: string | null;
  readonly completionDate: string | null;
  readonly status: string;
  readonly percentCompleted: number | null;
  readonly archived: boolean;
  readonly dataProvider: string | null;
  readonly scenario: string | null;
}

export interface Stats {
  readonly results: readonly StatsRow[];
  readonly total: number;
  readonly totalCost: number | null;
  /** m² */
  readonly totalArea: number | null;
}

const row = z
  .looseObject({
    projectName: label,
    name: label,
    email: text,
    area: number,
    cost: number,
    created: moment,
    completionDate: moment,
    status: label,
    percentCompleted: number,
    archived: flag,
    dataProvider: text,
    scenario: text,
  })
  .transform((wire): StatsRow => ({ ...wire, archived: wire.archived ?? false }));

export const StatsResponse = z
  .looseObject({
    results: listOf(row),
    total: number,
    count: number,
    totalCost: number,
    totalArea: number,
  })
  .transform((wire): Stats => ({
    results: wire.results,
    total: wire.total ?? wire.results.length,
    totalCost: wire.totalCost,
    totalArea: wire.totalArea,
  }));
