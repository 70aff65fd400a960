import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded } from '../fixtures/sliceFiles';
import { pick, randomFault, refusals, sessionEnds, type Fault } from './faults';
import { openWorkplace, timing, Workbench, type Workplace } from './workbench';

/** `npm run faults -- --sequences 1000 --seed 7` */
const count = Number(process.env.FAULT_SEQUENCES ?? 40);
const firstSeed = Number(process.env.FAULT_SEED ?? 1);
/** Uploads at a time. */
const lanes = 6;

let workplace: Workplace;
beforeAll(async () => {
  workplace = await openWorkplace();
});
afterAll(() => workplace.close());

interface Told {
  readonly faults: number;
  readonly stops: number;
  readonly sentTwice: number;
  readonly longestPause: number;
}

/** A dozen faults at most, on any requests, of any kind; among them now and then a refusal, or the end of the session. */
async function runSequence(seed: number): Promise<Told> {
  const random = seeded(seed * 7919);
  const bench = await Workbench.open(workplace, `sequence-${seed}`, { random });
  const share = 0.1 + random() * 0.5;
  let left = 1 + Math.floor(random() * 12);
  const expected = new Set<string>();
  bench.proxy.next = ({ method, path }): Fault | null => {
    if (left === 0 || random() > share) return null;
    left--;
    const dice = random();
    if (dice < 0.04) {
      expected.add('accounts.signed_out');
      return sessionEnds;
    }
    if (dice < 0.08 && method === 'POST' && path.endsWith('/image')) {
      const { fault, kind } = pick(Object.values(refusals), random);
      expected.add(kind);
      return fault;
    }
    return randomFault(random);
  };
  try {
    let stops = 0;
    const { id: upload } = await bench.start(`sequence ${seed}`);
    const done = await bench.finish(upload, 8, (stopped) => {
      stops++;
      bench.expectSentence(stopped);
      expect([...expected, 'eight failures in a row']).toContain(stopReason(stopped.error));
    });
    expect(done).toMatchObject({ state: 'done', error: null });
    await bench.expectWhole(upload);
    const longest = Math.max(timing.longestBackoffMs, ...timing.settleMs, 80);
    const longestPause = Math.max(0, ...bench.pauses);
    expect(longestPause).toBeLessThanOrEqual(longest);
    const whole = bench.proxy.uploads.reduce((sum, request) => sum + request.delivered, 0);
    const faults = bench.proxy.received.filter(({ fault }) => fault !== null).length;
    return { faults, stops, sentTwice: whole - done.chunksTotal, longestPause };
  } finally {
    await bench.close();
  }
}

/** Errors of the network mean that it failed until the program gave up. */
function stopReason(error: { readonly kind: string } | null): string {
  const passing =
    /^(api\.(server_error|unavailable|too_many_requests|connection_lost|stalled|unexpected_answer|timeout)|uploads\.answered_early)/;
  return passing.test(error?.kind ?? '') ? 'eight failures in a row' : (error?.kind ?? '');
}

test(
  `${count} random sequences of faults lose nothing and double nothing`,
  { timeout: 60_000 + count * 3_000 },
  async () => {
    const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
    const told: Told[] = [];
    const failures: string[] = [];
    const lane = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        try {
          told.push(await runSequence(seed));
        } catch (error) {
          failures.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const sum = (of: (one: Told) => number): number => told.reduce((total, one) => total + of(one), 0);
    process.stdout.write(
      `faults: ${count} sequences from seed ${firstSeed}, ${sum((one) => one.faults)} faults, ` +
        `${sum((one) => one.stops)} stops with a sentence, ${failures.length} failed, ` +
        `${sum((one) => one.sentTwice)} whole chunks delivered twice and settled, ` +
        `longest pause ${Math.max(0, ...told.map((one) => one.longestPause))} ms\n`,
    );
    expect(failures).toEqual([]);
  },
);
