import { AppError } from '@shared/errors';
import type { FeatureRow } from '@shared/ipc/types';
import { expect, test, vi } from 'vitest';
import { Table } from '../../../renderer/state/table.svelte';
import { FakeApi, type Handlers } from './fakeApi';
import { summary } from './samples';

const row = (id: number): FeatureRow => ({ id, properties: { area: id * 2 }, bbox: [0, 0, 1, 1] });

async function openTable(handlers: Handlers = {}) {
  const api = new FakeApi({
    'results.summary': () => summary,
    'results.page': ({ offset, limit }) =>
      Array.from({ length: Math.min(limit, summary.featureCount - offset) }, (_, at) => row(offset + at)),
    ...handlers,
  });
  const table = new Table(api);
  await table.open('job', 'Forest');
  return { api, table };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reads only the pages in sight, each once', async () => {
  const { api, table } = await openTable();
  expect([table.rowCount, table.fields]).toEqual([450, ['area', 'class_id']]);
  table.want(190, 210);
  table.want(195, 215);
  await settled();
  expect(api.timesAsked('results.page')).toBe(2);
  expect(table.row(205)?.id).toBe(205);
  expect(table.row(449)).toBeNull();
  table.want(440, 460);
  await settled();
  expect(table.row(449)?.id).toBe(449);
});

test('a click on a heading sorts up, then down, then not at all', async () => {
  const { api, table } = await openTable();
  const orders: unknown[] = [];
  for (let click = 0; click < 3; click += 1) {
    table.sort('area');
    table.want(0, 10);
    await settled();
    const { sortBy, descending } = api.asked.at(-1)?.input as { sortBy: string | null; descending: boolean };
    orders.push([sortBy, descending]);
  }
  expect(orders).toEqual([
    ['area', false],
    ['area', true],
    [null, false],
  ]);
});

test('rows of the old order that arrive late are not shown', async () => {
  let answer = (rows: readonly FeatureRow[]): void => expect.fail(`nobody waits for ${rows.length} rows`);
  const { table } = await openTable({
    'results.page': () => new Promise((resolve) => (answer = resolve)),
  });
  table.want(0, 10);
  await settled();
  table.sort('area');
  answer([row(1)]);
  await settled();
  expect(table.row(0)).toBeNull();
});

test('a page that failed says so and can be asked for again', async () => {
  let broken = true;
  const { table } = await openTable({
    'results.page': () => {
      if (broken) throw new AppError('app.file_missing', { name: 'result.gpkg' });
      return [row(0)];
    },
  });
  table.want(0, 0);
  await vi.waitFor(() => expect(table.error?.kind).toBe('app.file_missing'));
  broken = false;
  table.retry();
  expect(table.error).toBeNull();
  table.want(0, 0);
  await settled();
  expect(table.row(0)?.id).toBe(0);
});

test('keeps a bounded number of pages', async () => {
  const { table } = await openTable({
    'results.summary': () => ({ ...summary, featureCount: 20_000 }),
    'results.page': ({ offset, limit }) => Array.from({ length: limit }, (_, at) => row(offset + at)),
  });
  for (let first = 0; first < 20_000; first += 200) {
    table.want(first, first);
    await settled();
  }
  expect(table.row(0)).toBeNull();
  expect(table.row(19_900)?.id).toBe(19_900);
});
