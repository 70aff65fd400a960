import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '@shared/log';
import { createMapflowClient } from '../../main/mapflow';
import { Ordering } from '../../main/processings/ordering';
import { seeded } from '../fixtures/sliceFiles';
import { FaultProxy } from './faultProxy';
import { token } from '../contract/support';
import { passingFaults, randomFault, type Fault } from './faults';
import { idleMs, openWorkplace, Workbench, type Workplace } from './workbench';

/** Quota and credits are the server's to count: they are asked of the engine itself, behind the proxy's back. */
let workplace: Workplace;
beforeAll(async () => {
  workplace = await openWorkplace();
});
afterAll(() => workplace.close());

const used = async (): Promise<number> => (await workplace.engine.client.storage.usage()).usedBytes;

async function grownBy(work: () => Promise<void>): Promise<number> {
  const before = await used();
  await work();
  return (await used()) - before;
}

/** One upload into a mosaic of its own, with so many faults at most. */
async function uploadOnce(account: string, next: (random: () => number) => Fault | null): Promise<void> {
  const random = seeded(account.length * 104_729 + account.charCodeAt(account.length - 1));
  const bench = await Workbench.open(workplace, account, { random });
  try {
    bench.proxy.next = () => next(random);
    const { id } = await bench.start(account);
    expect(await bench.finish(id, 8)).toMatchObject({ state: 'done' });
    await bench.expectWhole(id);
  } finally {
    await bench.close();
  }
}

test('the storage that an upload takes after any faults is that of a clean one', async () => {
  const clean = await grownBy(() => uploadOnce('quota: clean', () => null));
  expect(clean).toBeGreaterThan(0);
  for (let run = 0; run < 8; run++) {
    let left = 10;
    const next = (random: () => number): Fault | null =>
      left > 0 && random() < 0.4 ? (left--, randomFault(random)) : null;
    expect(await grownBy(() => uploadOnce(`quota: ${run}`, next))).toBe(clean);
  }
}, 60_000);

describe('an order', () => {
  const models = async () => (await workplace.engine.client.user.status()).models;
  const wanted = async () => (await models()).find(({ available }) => available)!.id;

  test.each(Object.entries(passingFaults))(
    'that meets %s costs its credits once',
    async (what, fault) => {
      const bench = await Workbench.open(workplace, `order: ${what}`);
      const { id } = await bench.start(`order: ${what}`);
      const { mosaicId } = await bench.finish(id);
      await bench.close();
      const { client } = workplace.engine;
      const [image] = await client.images.list(mosaicId ?? '');
      const proxy = new FaultProxy(workplace.engine.engine.url);
      await proxy.start();
      const { baseUrl, agentFor } = proxy;
      const behind = createMapflowClient({ baseUrl, agentFor, token: () => token, retries: 0, idleMs });
      const ordering = new Ordering({
        withClient: (_, work) => work(behind),
        store: workplace.library.processings,
        billingOf: () => ({ inCredits: true, balance: 1_000_000 }),
        footprintOf: async () => image?.footprint ?? null,
        program: 'orthodesk/0.0.0',
        log: silentLog,
        settleMs: [20, 60, 150, 400],
      });
      const draft = {
        name: what,
        projectId: null,
        modelId: await wanted(),
        blocks: [],
        source: { kind: 'mosaic' as const, mosaicId: mosaicId ?? '' },
        aoi: image?.footprint as never,
      };
      const { credits } = await ordering.price('orders', draft);
      const named = async () => (await client.processings.list()).filter(({ name }) => name === what);
      const balance = async () => (await client.user.status()).remainingCredits ?? NaN;
      const before = await balance();
      let faults = 0;
      proxy.next = ({ method, path }) =>
        method === 'POST' && /\/processings(\/v2)?$/.test(path) && faults++ === 0 ? fault : null;
      const bought = await ordering.buy('orders', draft, credits).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: expect.stringMatching(/^(api|processings)\./) as string });
        return null;
      });
      expect(faults).toBeGreaterThan(0);
      const there = await named();
      const isBought = there.length === 1;
      expect(there.length).toBeLessThanOrEqual(1);
      if (bought) expect(there.map((one) => one.id)).toEqual([bought.processing.id]);
      expect(before - (await balance())).toBe(isBought ? credits : 0);
      // What the order knows of itself agrees with what the server has: given once more, it would be a second one.
      if (!bought && isBought)
        expect(ordering.open('orders').some((order) => order.draft.name === what)).toBe(true);
      for (const { id: processingId } of there) await client.processings.delete(processingId);
      behind.close();
      await proxy.close();
    },
    20_000,
  );
});
