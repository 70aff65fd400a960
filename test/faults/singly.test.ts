import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { passingFaults, refusals, sessionEnds, type Fault } from './faults';
import { openWorkplace, timing, Workbench, type Workplace } from './workbench';

let workplace: Workplace;

beforeAll(async () => {
  workplace = await openWorkplace();
});
afterAll(() => workplace.close());

async function workbench({ task, onTestFinished }: TestContext): Promise<Workbench> {
  const bench = await Workbench.open(workplace, task.id);
  onTestFinished(() => bench.close());
  return bench;
}

/** The fault, for every second request that matches. */
function everySecond(
  fault: Fault,
  matches: (request: { readonly method: string; readonly path: string }) => boolean,
): FaultProxyNext {
  let count = 0;
  return (request) => (matches(request) && count++ % 2 === 0 && count < 9 ? fault : null);
}
type FaultProxyNext = Workbench['proxy']['next'];
type Request = Parameters<FaultProxyNext>[0];

const isUpload = ({ method, path }: Request): boolean => method === 'POST' && path.endsWith('/image');
const isCreation = ({ method, path }: Request): boolean => method === 'POST' && path.endsWith('/mosaic');
const isLook = ({ method }: Request): boolean => method === 'GET';

function expectBackoffWithinBounds(bench: Workbench): void {
  const asked = bench.proxy.received.map(({ fault }) =>
    fault?.kind === 'answer' ? (fault.retryAfterMs ?? 0) : 0,
  );
  const longest = Math.max(timing.longestBackoffMs, ...timing.settleMs, ...asked);
  expect(Math.max(0, ...bench.pauses)).toBeLessThanOrEqual(longest);
}

/** Whoever was asked to wait waited: the same chunk was not sent again before. */
function expectPatience(bench: Workbench): void {
  const { uploads } = bench.proxy;
  uploads.forEach(({ fault, filename, at }, index) => {
    if (fault?.kind !== 'answer' || !fault.retryAfterMs || filename === null) return;
    const again = uploads.slice(index + 1).find((later) => later.filename === filename);
    if (again) expect(again.at - at).toBeGreaterThanOrEqual(fault.retryAfterMs);
  });
}

describe.concurrent.each(Object.entries(passingFaults))('%s', (what, fault) => {
  test('of a chunk loses nothing and doubles nothing', async (context) => {
    const bench = await workbench(context);
    bench.proxy.next = everySecond(fault, isUpload);
    const upload = await bench.start(`chunk: ${what}`);
    expect(await bench.finish(upload.id)).toMatchObject({ state: 'done', error: null, chunksFailed: 0 });
    await bench.expectWhole(upload.id);
    expectBackoffWithinBounds(bench);
    expectPatience(bench);
    expect(bench.proxy.uploads.some((request) => request.fault === fault)).toBe(true);
  });

  test('of the new mosaic makes one mosaic', async (context) => {
    const bench = await workbench(context);
    bench.proxy.next = everySecond(fault, isCreation);
    const upload = await bench.start(`mosaic: ${what}`);
    expect(await bench.finish(upload.id)).toMatchObject({ state: 'done', error: null });
    await bench.expectWhole(upload.id);
    expect(bench.proxy.uploads).toHaveLength(upload.chunksTotal);
  });

  test('of what is only looked at is looked at again', async (context) => {
    const bench = await workbench(context);
    bench.proxy.next = everySecond(fault, isLook);
    const upload = await bench.start(`look: ${what}`);
    expect(await bench.finish(upload.id)).toMatchObject({ state: 'done', error: null });
    await bench.expectWhole(upload.id);
  });
});

test('a session that ends in the middle pauses the upload, costs no attempt, and a sign-in goes on', async (context) => {
  const bench = await workbench(context);
  let count = 0;
  bench.proxy.next = (request) => (isUpload(request) && count++ === 3 ? sessionEnds : null);
  const upload = await bench.start('signed out');
  const stops: unknown[] = [];
  const done = await bench.finish(upload.id, 3, (stopped) => {
    stops.push([stopped.state, stopped.error?.kind]);
    bench.expectSentence(stopped);
  });
  expect(stops).toEqual([['paused', 'accounts.signed_out']]);
  expect(done).toMatchObject({ state: 'done', error: null });
  await bench.expectWhole(upload.id);
});

test.for(Object.entries(refusals))(
  '%s stops the upload with its sentence; a retry ends it',
  async ([what, refusal], context) => {
    const bench = await workbench(context);
    let count = 0;
    bench.proxy.next = (request) => (isUpload(request) && count++ === 2 ? refusal.fault : null);
    const upload = await bench.start(`refused: ${what}`);
    const stops: unknown[] = [];
    const done = await bench.finish(upload.id, 1, (stopped) => {
      stops.push([stopped.state, stopped.error?.kind]);
      bench.expectSentence(stopped);
    });
    expect(stops).toEqual([['failed', refusal.kind]]);
    expect(done).toMatchObject({ state: 'done', error: null });
    await bench.expectWhole(upload.id);
  },
);

test('a server that never does better is given up after eight attempts, not before, and nothing is half there', async (context) => {
  const bench = await workbench(context);
  const fault = passingFaults['a 502 in HTML'] ?? null;
  bench.proxy.next = (request) => (isUpload(request) ? fault : null);
  const upload = await bench.start('hopeless');
  const failed = await bench.finish(upload.id);
  expect(failed).toMatchObject({ state: 'failed', chunksConfirmed: 0 });
  bench.expectSentence(failed);
  const attempts = workplace.library.uploads.chunks(upload.id).map((chunk) => chunk.attempts);
  expect(Math.max(...attempts)).toBe(8);
  bench.proxy.next = () => null;
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done' });
  await bench.expectWhole(upload.id);
});
