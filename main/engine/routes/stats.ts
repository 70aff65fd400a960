import type { Hono } from 'hono';
import { StatsRequest } from '@shared/api';
import { readBody, type EngineEnv } from '../http/body';
import { badRequest } from '../http/serviceError';
import type { Services } from '../services';
import type { ProcessingRow } from '../store';
import { localUser } from './wire';

interface Row {
  readonly projectName: string;
  readonly name: string;
  readonly email: string;
  /** m² */
  readonly area: number;
  readonly cost: number;
  readonly created: string;
  readonly completionDate: string | null;
  readonly status: string;
  readonly percentCompleted: number;
  readonly archived: boolean;
  readonly dataProvider: string;
  readonly linkToMap: string | null;
  readonly scenario: string;
}

const columns = [
  'projectName',
  'name',
  'email',
  'area',
  'cost',
  'created',
  'completionDate',
  'status',
  'percentCompleted',
  'archived',
  'dataProvider',
  'linkToMap',
  'scenario',
] as const satisfies readonly (keyof Row)[];

type Column = (typeof columns)[number];

export function statsRoutes(app: Hono<EngineEnv>, services: Services): void {
  app.post('/processings/stats', async (context) => {
    const query = await readBody(context, StatsRequest);
    const type = (context.req.query('type') ?? 'json').toLowerCase();
    if (type !== 'json' && type !== 'csv') throw badRequest('type: JSON or CSV is expected');
    const rows = sorted(filtered(allRows(services), query.filter), query.sort);
    const page = rows.slice((query.page - 1) * query.perPage, query.page * query.perPage);
    if (type === 'csv') {
      return context.body(toCsv(page), 200, { 'content-type': 'text/csv; charset=utf-8' });
    }
    return context.json({
      results: page,
      total: rows.length,
      count: page.length,
      totalCost: rows.reduce((sum, { cost }) => sum + cost, 0),
      totalArea: rows.reduce((sum, { area }) => sum + area, 0),
    });
  });
}

function allRows(services: Services): readonly Row[] {
  const { store, models } = services;
  const names = new Map(models.list().map(({ info }) => [info.id, info.name]));
  return store.processings.list().map((row): Row => {
    const project = store.projects.anyway(row.projectId);
    return {
      projectName: project?.name ?? '',
      name: row.name,
      email: localUser.email,
      area: Math.round(row.area),
      cost: row.cost,
      created: row.created,
      completionDate: row.completed,
      status: row.status,
      percentCompleted: row.status === 'OK' ? 100 : Math.min(99, Math.floor(row.progress * 100)),
      archived: project?.archived ?? true,
      dataProvider: providerOf(row),
      linkToMap: null,
      scenario: names.get(row.modelId) ?? row.modelId,
    };
  });
}

function providerOf({ params: { sourceParams } }: ProcessingRow): string {
  if (sourceParams.dataProvider) return sourceParams.dataProvider.providerName;
  if (sourceParams.imagerySearch) return sourceParams.imagerySearch.dataProvider;
  return sourceParams.userDefined ? sourceParams.userDefined.sourceType : 'my_imagery';
}

function columnOf(name: string): Column {
  const found = columns.find((column) => column.toLowerCase() === name.trim().toLowerCase());
  if (!found) throw badRequest(`there is no field ${name}`);
  return found;
}

/** `field=value` or `field!=value`, several joined by `;` or `&`. Text is compared without case. */
function filtered(rows: readonly Row[], filter: string | undefined): readonly Row[] {
  const conditions = (filter ?? '').split(/[;&]/).filter((part) => part.trim() !== '');
  return conditions.reduce<readonly Row[]>((left, condition) => {
    const match = /^\s*(\w+)\s*(!?=)\s*(.*?)\s*$/.exec(condition);
    if (!match) throw badRequest(`filter: ${condition} is not field=value`);
    const column = columnOf(match[1] ?? '');
    const wanted = (match[3] ?? '').toLowerCase();
    return left.filter((row) => (String(row[column] ?? '').toLowerCase() === wanted) === (match[2] === '='));
  }, rows);
}

/** `field:asc`, `field:desc`, or the older form with a comma. Newest first by default. */
function sorted(rows: readonly Row[], sort: string | undefined): readonly Row[] {
  const [name = '', order = 'asc'] = (sort ?? 'created:desc').split(/[:,]/).map((part) => part.trim());
  const column = columnOf(name === '' ? 'created' : name);
  if (!/^(?:asc|desc)$/i.test(order)) throw badRequest('sort: asc or desc is expected');
  const direction = order.toLowerCase() === 'desc' ? -1 : 1;
  return [...rows].sort((a, b) => direction * compare(a[column], b[column]));
}

function compare(a: Row[Column], b: Row[Column]): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** RFC 4180. Values that a spreadsheet would run as a formula are marked as text. */
function toCsv(rows: readonly Row[]): string {
  const cell = (value: Row[Column]): string => {
    const plain = String(value ?? '');
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}
