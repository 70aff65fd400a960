import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ChunkRecord } from '@shared/library/records';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../../main/uploads/fingerprint';
import { SharedListing } from '../../../main/uploads/listing';
import { byName, findChunk } from '../../../main/uploads/match';
import { Meter } from '../../../main/uploads/meter';
import { Parallelism } from '../../../main/uploads/parallel';
import type { ListedImage } from '../../../main/uploads/ports';
import { Slots } from '../../../main/uploads/slots';
import { backoff, Waiting } from '../../../main/uploads/wait';
import { fileSource, memorySource } from '../../support/fileSource';

describe('backoff', () => {
  const bounds = { backoffMs: 1000, longestBackoffMs: 60_000 };

  test('stays between nothing and a bound that doubles up to a limit, and is never less than Retry-After', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.nat(600_000)),
        (attempt, dice, retryAfter) => {
          const delay = backoff(attempt, bounds, retryAfter, () => dice);
          const bound = Math.min(60_000, 1000 * 2 ** attempt);
          expect(delay).toBeGreaterThanOrEqual(retryAfter ?? 0);
          expect(delay).toBeLessThanOrEqual(Math.max(bound, retryAfter ?? 0));
        },
      ),
    );
    expect(backoff(3, bounds, null, () => 0.5)).toBe(4000);
  });

  test('a pause ends early when somebody wakes it, and fails when the work is given up', async () => {
    const waiting = new Waiting();
    const abort = new AbortController();
    const woken = waiting.pause(1e6, abort.signal);
    waiting.wake();
    await woken;
    const given = waiting.pause(1e6, abort.signal);
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await expect(waiting.pause(1, abort.signal)).rejects.toThrow('enough');
  });
});

describe('slots', () => {
  const never = new AbortController().signal;

  test('admit so many at once, those of the first upload first', async () => {
    const slots = new Slots(1);
    const admitted: string[] = [];
    const first = await slots.acquire(() => 5, never);
    const take = async (name: string, position: number): Promise<() => void> => {
      const release = await slots.acquire(() => position, never);
      admitted.push(name);
      return release;
    };
    const waiting = [take('second upload', 2), take('first upload', 1), take('first upload again', 1)];
    first();
    first();
    const release = await Promise.race(waiting);
    expect(admitted).toEqual(['first upload']);
    release();
    (await (waiting[2] as Promise<() => void>))();
    await waiting[0];
    expect(admitted).toEqual(['first upload', 'first upload again', 'second upload']);
  });

  test('who gives up waiting is not admitted', async () => {
    const slots = new Slots(1);
    const release = await slots.acquire(() => 1, never);
    const abort = new AbortController();
    const waiting = slots.acquire(() => 1, abort.signal);
    abort.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    release();
    (await slots.acquire(() => 1, never))();
  });

  test('more of them let the waiting in', async () => {
    const slots = new Slots(0);
    const waiting = [slots.acquire(() => 1, never), slots.acquire(() => 1, never)];
    slots.resize(2);
    await Promise.all(waiting);
  });
});

describe('parallelism', () => {
  function climb(rateAt: (level: number) => number, chunks: number): number {
    let now = 0;
    const parallelism = new Parallelism({ now: () => now, onChange: () => undefined });
    for (let i = 0; i < chunks; i++) {
      now += 1000 / rateAt(parallelism.level);
      parallelism.arrived(1000);
    }
    return parallelism.level;
  }

  test('climbs to eight where every further connection helps', () => {
    expect(climb((level) => level, 200)).toBe(8);
  });

  test('stays low where one connection fills the line', () => {
    expect(climb(() => 1, 200)).toBeLessThanOrEqual(4);
  });

  test('is halved by trouble, and never below one', () => {
    const levels: number[] = [];
    const parallelism = new Parallelism({ start: 8, now: () => 0, onChange: (level) => levels.push(level) });
    for (let i = 0; i < 6; i++) parallelism.suffered();
    expect(levels).toEqual([4, 2, 1]);
  });
});

test('the meter tells bytes per second of the last seconds, and nothing when nothing moves', () => {
  let now = 10_000;
  const meter = new Meter(() => now);
  expect(meter.rate()).toBeNull();
  for (let i = 0; i < 40; i++) {
    meter.add(1000);
    now += 100;
  }
  expect(meter.rate()).toBeGreaterThan(9_000);
  expect(meter.rate()).toBeLessThan(11_500);
  now += 20_000;
  expect(meter.rate()).toBeNull();
});

describe('matching', () => {
  const chunk = { name: 'é.tif', bytes: 10, width: 3, height: 4, sha1: 'aa', imageId: null } as ChunkRecord;
  const image = (change: Partial<ListedImage>): ListedImage => ({
    id: '1',
    filename: 'é.tif',
    bytes: 10,
    width: 3,
    height: 4,
    sha1: 'AA',
    crs: null,
    bands: null,
    pixelSize: null,
    readiness: 'usable',
    problem: null,
    uploadedAt: null,
    ...change,
  });
  const look = (...images: ListedImage[]) => findChunk(chunk, byName(images));

  test('goes by name, and by whatever else the server tells', () => {
    expect(look(image({})).image?.id).toBe('1');
    expect(look(image({ filename: 'e\u0301.tif' })).image?.id).toBe('1');
    expect(look(image({ bytes: null, width: null, height: null, sha1: null })).image?.id).toBe('1');
    for (const other of [{ bytes: 11 }, { width: 4 }, { height: 3 }, { sha1: 'bb' }]) {
      expect(look(image(other))).toMatchObject({ image: null, foreign: [{ id: '1' }] });
    }
    expect(look(image({ filename: 'other.tif' }))).toEqual({ image: null, extra: [], foreign: [] });
  });

  test('of two, the known one stays, else one that works', () => {
    const twins = [image({ id: 'a', readiness: 'failed' }), image({ id: 'b' }), image({ id: 'c' })];
    expect(look(...twins)).toMatchObject({ image: { id: 'b' }, extra: [{ id: 'c' }, { id: 'a' }] });
    expect(findChunk({ ...chunk, imageId: 'c' }, byName(twins)).image?.id).toBe('c');
  });
});

test('a list is shared by those who wait for it, and never older than the question', async () => {
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const listing = new SharedListing(() => {
    const number = begun.push(begun.length);
    return new Promise((resolve) => finish.push(() => resolve([{ id: String(number) } as ListedImage])));
  });
  const first = listing.fresh();
  await Promise.resolve();
  const second = listing.fresh();
  const third = listing.fresh();
  expect(begun).toHaveLength(1);
  finish[0]?.();
  expect((await first)[0]?.id).toBe('1');
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(begun).toHaveLength(2);
  finish[1]?.();
  expect((await second)[0]?.id).toBe('2');
  expect(await third).toBe(await second);
});

describe('the fingerprint', () => {
  test('tells files apart by size, ends and samples, and is the same for the same bytes', async () => {
    const bytes = new Uint8Array(4_000_000).map((_, i) => (i * 7919) >>> 8);
    const of = (content: Uint8Array) => fingerprint(memorySource(content));
    const original = await of(bytes);
    const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-hash-')), 'x');
    writeFileSync(path, bytes);
    const source = await fileSource(path);
    expect(await fingerprint(source)).toBe(original);
    expect(source.counts.bytes).toBeLessThan(2_000_000);
    await source.close();
    for (const place of [0, 3_999_999]) {
      const changed = bytes.slice();
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(await of(changed)).not.toBe(original);
    }
    expect(await of(bytes.subarray(1))).not.toBe(original);
    expect(await of(new Uint8Array(0))).toMatch(/^[0-9a-f]{64}$/);
  });
});
