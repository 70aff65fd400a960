import type { z } from 'zod';
import type { ProcessingsPageRequest } from '@shared/api';
import type { Services } from '../services';
import type { ProcessingRow } from '../store';
import { localUser } from './wire';

type Query = z.output<typeof ProcessingsPageRequest>;

/** The value that a row is sorted by. */
function sortKey(row: ProcessingRow, field: Query['sortBy'], services: Services): string | number {
  switch (field) {
    case 'SCENARIO':
      return services.models.list().find(({ info }) => info.id === row.modelId)?.info.name ?? '';
    case 'NAME':
      return row.name.toLowerCase();
    case 'PROJECT':
      return services.store.projects.get(row.projectId)?.name ?? '';
    case 'EMAIL':
      return localUser.email;
    case 'CREATED':
      return row.sequence;
    case 'STATUS':
      return row.status;
    case 'PROGRESS':
      return row.progress;
    case 'COMPLETED':
      return row.completed ?? '';
    case 'COST':
      return row.cost;
    case 'AREA':
      return row.area;
    case 'PROVIDER':
      return Object.keys(row.params.sourceParams)[0] ?? '';
  }
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/** One page of processings, sorted and filtered by words in their names and descriptions. */
export function pageOfProcessings(
  rows: readonly ProcessingRow[],
  query: Query,
  services: Services,
): { readonly results: readonly ProcessingRow[]; readonly total: number } {
  const terms = (query.terms ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matching = rows.filter((row) => {
    const words = `${row.name} ${row.description}`.toLowerCase();
    return terms.every((term) => words.includes(term));
  });
  const direction = query.sortOrder === 'ASC' ? 1 : -1;
  const sorted = matching
    .map((row) => ({ row, key: sortKey(row, query.sortBy, services) }))
    .sort((a, b) => direction * compare(a.key, b.key) || b.row.sequence - a.row.sequence)
    .map(({ row }) => row);
  return { results: sorted.slice(query.offset, query.offset + query.limit), total: matching.length };
}
