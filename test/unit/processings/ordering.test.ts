import { describe, expect, test } from 'vitest';
import { draft, setUpBench } from './bench';

describe('the price', () => {
  test('is asked for, with the area on the ellipsoid and the balance', async () => {
    const { processings } = await setUpBench();
    const quote = await processings.price('a', draft);
    expect(quote).toMatchObject({ credits: 12, balance: 100 });
    // GeographicLib's Planimeter gives 797,617 m² for this hundredth of a degree at 50° north.
    expect(quote.area).toBeGreaterThan(796_000);
    expect(quote.area).toBeLessThan(799_000);
  });

  test('is none where the account is not billed in credits', async () => {
    const bench = await setUpBench();
    bench.billing = { inCredits: false, balance: null };
    expect(await bench.processings.price('a', draft)).toMatchObject({ credits: null });
    expect(bench.server.counts.costs).toBe(0);
    await bench.processings.create('a', draft, null);
    expect(bench.server.counts.creates).toBe(1);
  });

  test('that changed buys nothing', async () => {
    const bench = await setUpBench();
    bench.server.price = 15;
    await expect(bench.processings.create('a', draft, 12)).rejects.toMatchObject({
      kind: 'processings.price_changed',
      params: { seen: 12, now: 15 },
    });
    expect(bench.server.counts.creates).toBe(0);
  });

  test('beyond the balance buys nothing', async () => {
    const bench = await setUpBench();
    bench.billing = { inCredits: true, balance: 11 };
    await expect(bench.processings.create('a', draft, 12)).rejects.toMatchObject({
      kind: 'processings.too_few_credits',
    });
    expect(bench.server.counts.creates).toBe(0);
  });
});

test('an order tells when the imagery was taken where somebody said so', async () => {
  const { processings, server } = await setUpBench();
  await processings.create('a', draft, 12);
  expect(server.orderedParams).toEqual({ sourceParams: { myImagery: { mosaicId: 'm-1' } } });
  await processings.create('a', { ...draft, capturedAt: '2024-06-21T09:30:00.000Z' }, 12);
  expect(server.orderedParams).toMatchObject({
    inferenceParams: { captured_at: '2024-06-21T09:30:00.000Z' },
  });
});

describe('the area', () => {
  const box = (west: number, south: number) => ({
    type: 'Polygon' as const,
    coordinates: [
      [
        [west, south],
        [west + 0.01, south],
        [west + 0.01, south + 0.01],
        [west, south + 0.01],
        [west, south],
      ],
    ],
  });

  test('outside the imagery is refused before anything is asked', async () => {
    const bench = await setUpBench();
    bench.footprint = box(11, 50);
    await expect(bench.processings.price('a', draft)).rejects.toMatchObject({
      kind: 'processings.aoi_outside',
    });
    expect(bench.server.counts.costs).toBe(0);
  });

  test('that overlaps in boxes but not on the ground is outside too', async () => {
    const bench = await setUpBench();
    const corner = [
      [10.009, 50.02],
      [10.02, 50.009],
      [10.02, 50.02],
      [10.009, 50.02],
    ];
    bench.footprint = { type: 'Polygon', coordinates: [corner] };
    await expect(bench.processings.price('a', draft)).rejects.toMatchObject({
      kind: 'processings.aoi_outside',
    });
  });

  test('partly over the imagery is fine', async () => {
    const bench = await setUpBench();
    bench.footprint = box(10.005, 50.005);
    expect(await bench.processings.price('a', draft)).toMatchObject({ credits: 12 });
  });
});

describe('an order', () => {
  test('carries an id of ours and becomes a processing of the default project', async () => {
    const bench = await setUpBench();
    const created = await bench.processings.create('a', draft, 12);
    expect(created).toMatchObject({
      name: draft.name,
      projectId: 'p-default',
      status: 'UNPROCESSED',
      cost: 12,
      aoi: draft.aoi,
    });
    const [order] = bench.library.processings.orders('a');
    expect(order).toMatchObject({ state: 'created', processingId: created.id });
    expect(bench.server.processings[0]?.meta).toEqual({
      'orthodesk-order': order?.id,
      'source-app': 'orthodesk',
      version: '0.0.0',
    });
  });

  test('whose answer is lost is found again, not given twice', async () => {
    for (const listsMeta of [true, false]) {
      const bench = await setUpBench();
      bench.server.fault = 'lost_answer';
      bench.server.listsMeta = listsMeta;
      bench.server.add({ name: draft.name, meta: { 'orthodesk-order': 'of somebody else' } });
      const created = await bench.processings.create('a', draft, 12);
      expect(bench.server.counts.creates).toBe(1);
      expect(bench.server.processings.filter((stored) => stored.id === created.id)).toHaveLength(1);
      expect(bench.library.processings.orders('a')).toMatchObject([
        { state: 'created', processingId: created.id },
      ]);
    }
  });

  test('is found by its name where the server keeps no meta', async () => {
    const bench = await setUpBench();
    bench.server.tellsMeta = false;
    bench.server.fault = 'lost_answer';
    const created = await bench.processings.create('a', draft, 12);
    expect(created.id).toBe(bench.server.processings[0]?.id);
    expect(bench.server.counts.creates).toBe(1);
  });

  test('that the server takes its time with is found as well', async () => {
    const bench = await setUpBench();
    bench.server.fault = 'late';
    const created = await bench.processings.create('a', draft, 12);
    expect(created.status).toBe('UNPROCESSED');
    expect(bench.server.counts.creates).toBe(1);
  });

  test('that is nowhere to be found is told, kept in mind, and adopted when it turns up', async () => {
    const bench = await setUpBench();
    bench.server.fault = 'lost_request';
    await expect(bench.processings.create('a', draft, 12)).rejects.toMatchObject({
      kind: 'processings.answer_lost',
      params: { name: draft.name },
    });
    expect(bench.server.counts.creates).toBe(1);
    const [order] = bench.library.processings.orders('a');
    expect(order?.state).toBe('lost');
    const late = bench.server.add({
      name: draft.name,
      meta: { 'orthodesk-order': order?.id },
      status: 'IN_PROGRESS',
    });
    const next = bench.again();
    expect(next.isBusy('a')).toBe(true);
    await next.refresh('a');
    expect(next.get(late.id)).toMatchObject({ aoi: draft.aoi });
    expect(bench.library.processings.orders('a')[0]).toMatchObject({
      state: 'created',
      processingId: late.id,
    });
  });

  test('of a program that was killed in the middle is looked for at the next start', async () => {
    const bench = await setUpBench();
    const created = await bench.processings.create('a', draft, 12);
    const [order] = bench.library.processings.orders('a');
    if (!order) throw new Error('no order');
    bench.library.processings.putOrder({ ...order, state: 'sending', processingId: null });
    bench.library.processings.remove(created.id);
    const next = bench.again();
    await next.refresh('a');
    expect(next.list()).toMatchObject([{ id: created.id, aoi: draft.aoi }]);
    expect(bench.server.counts.creates).toBe(1);
  });

  test('that the server refuses is over, with the server’s sentence', async () => {
    const bench = await setUpBench();
    const body = JSON.stringify({
      code: 'TOO_LARGE_PROCESSING',
      message: 'too large',
      params: { area: '48669864', aoiAreaLimit: '2500000' },
    });
    bench.server.fault = { status: 400, body, stored: false };
    await expect(bench.processings.create('a', draft, 12)).rejects.toMatchObject({
      kind: 'api.too_large_processing',
    });
    expect(bench.library.processings.orders('a')).toMatchObject([{ state: 'refused' }]);
    expect(bench.processings.isBusy('a')).toBe(false);
  });

  test('answered with an error of the server although it was taken is found', async () => {
    const bench = await setUpBench();
    bench.server.fault = { status: 504, body: '<html>', stored: true };
    const created = await bench.processings.create('a', draft, 12);
    expect(created.id).toBe(bench.server.processings[0]?.id);
    expect(bench.server.counts.creates).toBe(1);
  });

  test('needs the server: nothing that costs waits for better times', async () => {
    const bench = await setUpBench();
    await bench.server.stop();
    await expect(bench.processings.create('a', draft, 12)).rejects.toMatchObject({ kind: 'api.refused' });
    expect(bench.library.processings.orders('a')).toEqual([]);
  });
});
