import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { describe, expect, test } from 'vitest';
import { draft, resultIsThere, setUpBench, type Bench } from './bench';

async function ordered(bench: Bench) {
  const created = await bench.processings.create('a', draft, 12);
  const stored = bench.server.processings.find((processing) => processing.id === created.id);
  if (!stored) throw new Error('the server lost it');
  return { id: created.id, stored };
}

describe('watching', () => {
  test('follows progress, and keeps the result as soon as it is there', async () => {
    const bench = await setUpBench();
    const seen: string[] = [];
    bench.processings.listen({
      onProcessing: ({ status, percent, resultState }) => seen.push(`${status} ${percent} ${resultState}`),
    });
    const { id, stored } = await ordered(bench);
    Object.assign(stored, { status: 'IN_PROGRESS', percentCompleted: 40 });
    await bench.processings.refresh('a');
    await bench.processings.refresh('a');
    bench.server.result = JSON.stringify({ type: 'FeatureCollection', features: [{}, {}] });
    Object.assign(stored, { status: 'OK', percentCompleted: 100 });
    await bench.processings.refresh('a');
    await bench.processings.idle();
    expect(seen).toEqual(['UNPROCESSED 0 none', 'IN_PROGRESS 40 none', 'OK 100 fetching', 'OK 100 ready']);
    expect(bench.processings.get(id)).toMatchObject({ result: { featureCount: 2, styleName: 'forest' } });
    expect(resultIsThere(bench, id)).toBe(true);
    expect(bench.processings.resultFile(id)).toContain(id);
    expect(bench.processings.isBusy('a')).toBe(false);
  });

  test('a failure is told with its messages, in words', async () => {
    const bench = await setUpBench();
    const { id, stored } = await ordered(bench);
    stored.status = 'FAILED';
    stored.messages = [
      {
        code: 'source-validator.PixelSizeTooHigh',
        parameters: { max_res: '1.2', actual_res: '5.6', level: 'error' },
      },
    ];
    await bench.processings.refresh('a');
    expect(bench.processings.get(id)).toMatchObject({
      status: 'FAILED',
      resultState: 'none',
      messages: [{ kind: 'api.source_validator_pixel_size_too_high' }],
    });
  });

  test('processings made elsewhere appear, and are fetched when somebody wants them', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add({ name: 'Made on the web' });
    await bench.processings.refresh('a');
    await bench.processings.idle();
    expect(bench.processings.get(id)).toMatchObject({
      name: 'Made on the web',
      resultState: 'none',
      aoi: null,
    });
    expect(() => bench.processings.resultFile(id)).toThrowError('processings.no_result');
    await bench.processings.fetchResult(id);
    expect(bench.processings.get(id)).toMatchObject({ resultState: 'ready', aoi: { type: 'MultiPolygon' } });
    expect(resultIsThere(bench, id)).toBe(true);
  });

  test('an unknown status is shown, and watched on', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add({ status: 'PONDERING', percentCompleted: 3 });
    await bench.processings.refresh('a');
    expect(bench.processings.get(id).status).toBe('PONDERING');
    expect(bench.processings.isBusy('a')).toBe(true);
  });

  test('one that was deleted elsewhere goes, unless its result is kept here', async () => {
    const bench = await setUpBench();
    const long = new Date(Date.now() - 3_600_000).toISOString();
    const gone = bench.server.add({ created: long });
    const kept = bench.server.add({ created: long });
    await bench.processings.refresh('a');
    await bench.processings.fetchResult(kept.id);
    bench.server.processings.length = 0;
    const removed: string[] = [];
    bench.processings.listen({ onRemoved: (id) => removed.push(id) });
    await bench.processings.refresh('a');
    expect(removed).toEqual([gone.id]);
    expect(bench.processings.list().map(({ id }) => id)).toEqual([kept.id]);
  });
});

describe('results', () => {
  test('that wait for their server are fetched when it is back, also after a restart', async () => {
    const bench = await setUpBench();
    const { id, stored } = await ordered(bench);
    await bench.processings.refresh('a');
    stored.status = 'OK';
    bench.server.resultStatus = 503;
    await bench.processings.refresh('a');
    await bench.processings.idle();
    expect(bench.processings.get(id)).toMatchObject({ resultState: 'fetching', resultError: null });
    expect(bench.processings.isBusy('a')).toBe(true);
    bench.server.resultStatus = 200;
    const next = bench.again();
    await next.refresh('a');
    await next.idle();
    expect(next.get(id).resultState).toBe('ready');
  });

  test('that are no GeoJSON, or not to be had, say why and can be asked for again', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add();
    await bench.processings.refresh('a');
    bench.server.result = 'sorry';
    await expect(bench.processings.fetchResult(id)).rejects.toMatchObject({ kind: 'results.not_geojson' });
    expect(bench.processings.get(id)).toMatchObject({
      resultState: 'failed',
      resultError: { kind: 'results.not_geojson' },
    });
    bench.server.resultStatus = 403;
    await expect(bench.processings.fetchResult(id)).rejects.toMatchObject({ kind: 'api.forbidden' });
    bench.server.resultStatus = 200;
    bench.server.result = '{"type":"FeatureCollection","features":[]}';
    await bench.processings.fetchResult(id);
    expect(bench.processings.get(id)).toMatchObject({ resultState: 'ready', resultError: null });
  });

  test('are readable without the server, after a restart', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add();
    await bench.processings.refresh('a');
    await bench.processings.fetchResult(id);
    await bench.server.stop();
    const next = bench.again();
    expect(next.list()).toMatchObject([{ id, resultState: 'ready', status: 'OK' }]);
    expect(next.resultFile(id)).toContain(id);
    await expect(next.refresh('a')).rejects.toBeInstanceOf(AppError);
    expect(next.list()).toHaveLength(1);
  });

  test('of a processing that has not ended are refused', async () => {
    const bench = await setUpBench();
    const { id } = await ordered(bench);
    await expect(bench.processings.fetchResult(id)).rejects.toMatchObject({
      kind: 'processings.not_finished',
    });
  });

  test('never leave their folder, whatever a server calls a processing', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add({ id: '..%2F..%2Fescape' });
    await bench.processings.refresh('a');
    await bench.processings.fetchResult(id);
    expect(bench.processings.resultFile(id)).toMatch(/results[/\\][0-9a-f]{64}\.gpkg$/);
  });
});

describe('removing', () => {
  test('deletes at the server and here', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add();
    await bench.processings.refresh('a');
    await bench.processings.fetchResult(id);
    await bench.processings.remove(id);
    expect(bench.server.processings).toEqual([]);
    expect(bench.processings.list()).toEqual([]);
    expect(resultIsThere(bench, id)).toBe(false);
  });

  test('one that the server does not know any more is no failure', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add();
    await bench.processings.refresh('a');
    bench.server.processings.length = 0;
    await bench.processings.remove(id);
    expect(bench.processings.list()).toEqual([]);
  });

  test('needs the server', async () => {
    const bench = await setUpBench();
    const { id } = bench.server.add();
    await bench.processings.refresh('a');
    bench.signedIn = false;
    await expect(bench.processings.remove(id)).rejects.toEqual(
      new AppError('accounts.signed_out', { account: 'A' }),
    );
    expect(bench.processings.list()).toHaveLength(1);
  });
});

describe('renaming', () => {
  test('reaches the server', async () => {
    const bench = await setUpBench();
    const { id } = await ordered(bench);
    expect(await bench.processings.rename(id, 'New name')).toMatchObject({ name: 'New name' });
    expect(bench.server.processings[0]?.name).toBe('New name');
  });

  test('offline waits in the outbox, and is shown at once', async () => {
    const bench = await setUpBench();
    const { id, stored } = await ordered(bench);
    await bench.server.stop();
    await bench.processings.rename(id, 'One');
    await bench.processings.rename(id, 'Two');
    expect(bench.processings.get(id).name).toBe('Two');
    expect(bench.library.outbox.list('a')).toHaveLength(2);
    await bench.server.start();
    const next = bench.again();
    await next.refresh('a');
    expect(stored.name).toBe('Two');
    expect(bench.library.outbox.list('a')).toEqual([]);
    expect(next.get(id).name).toBe('Two');
  });

  test('over a name that somebody else gave meanwhile is a conflict', async () => {
    const bench = await setUpBench();
    const { id, stored } = await ordered(bench);
    await bench.server.stop();
    await bench.processings.rename(id, 'Mine');
    stored.name = 'Theirs';
    await bench.server.start();
    await bench.processings.refresh('a');
    expect(stored.name).toBe('Theirs');
    expect(bench.library.outbox.list('a')).toMatchObject([
      { error: { kind: 'processings.name_conflict', params: { ours: 'Mine', theirs: 'Theirs' } } },
    ]);
    expect(bench.processings.get(id).name).toBe('Theirs');
  });
});

test('a restart makes it run again, and its old result goes', async () => {
  const bench = await setUpBench();
  const { id, stored } = await ordered(bench);
  stored.status = 'FAILED';
  await bench.processings.refresh('a');
  await bench.processings.restart(id);
  expect(bench.processings.get(id)).toMatchObject({ status: 'IN_PROGRESS', resultState: 'none' });
  expect(bench.processings.isBusy('a')).toBe(true);
});

test('a result that cannot be written says so', async () => {
  const bench = await setUpBench();
  const { id } = bench.server.add();
  await bench.processings.refresh('a');
  writeFileSync(join(bench.folder, 'results'), 'in the way');
  await expect(bench.processings.fetchResult(id)).rejects.toMatchObject({ kind: 'processings.cannot_write' });
});
