import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MaskBand, ObjectRules } from '../../../main/engine/models/types';
import type { LeastPixels } from '../../../main/engine/vectorize/cores';
import { objectsOf } from '../../../main/engine/vectorize/instances';
import { bandsOf, type Mask, randomFrom } from './masks';

const rules: ObjectRules = { threshold: 0.5, core: 0.5, reach: 3, leastCore: 2, leastPart: 2 };

/** Core, rim and background as a network would give them. */
const CORE = (14 << 4) | 12;
/** Between two cores, or within one: the interior is as likely as not. */
const DOUBT = (13 << 4) | 9;
const RIM = (11 << 4) | 2;
const FAINT = (5 << 4) | 1;

function picture(rows: readonly string[]): Mask {
  const values = rows
    .join('')
    .split('')
    .map((c) => (c === '#' ? CORE : c === '-' ? DOUBT : c === '+' ? RIM : c === '.' ? FAINT : 0));
  return { width: rows[0]!.length, height: rows.length, values: Uint8Array.from(values) };
}

const leastOf = ({ leastCore, leastPart }: ObjectRules): LeastPixels => ({
  core: leastCore,
  part: leastPart,
});

async function numbers(mask: Mask, heights?: readonly number[], given = rules): Promise<number[]> {
  const open = (): Iterable<MaskBand> => bandsOf(mask, heights);
  const { bands } = await objectsOf(open, mask.width, given, leastOf(given));
  const found: number[] = [];
  for await (const band of bands) found.push(...band.classes);
  return found;
}

function drawn(found: readonly number[], width: number): string[] {
  const rows: string[] = [];
  for (let y = 0; y < found.length; y += width)
    rows.push(
      found
        .slice(y, y + width)
        .map((n) => (n === 0 ? ' ' : String(n)))
        .join(''),
    );
  return rows;
}

test('houses wall to wall are two objects, each with its half of the wall', async () => {
  const mask = picture(['++++++++++', '+###++###+', '+###++###+', '++++++++++']);
  expect(drawn(await numbers(mask), 10)).toEqual(['1111122222', '1111122222', '1111122222', '1111122222']);
});

test('what is unlikely stays out, and so does what has no core within reach', async () => {
  const mask = picture(['.++++++++.', '.+##++++++', '.+##+   ++', '..........']);
  expect(drawn(await numbers(mask), 10)).toEqual([' 11111    ', ' 111111   ', ' 1111     ', '          ']);
});

test('a core of a single pixel is chance', async () => {
  const mask = picture(['+++++', '++#++', '+++++']);
  expect(new Set(await numbers(mask))).toEqual(new Set([0]));
});

test('parts of one house that meet far below are one object', async () => {
  const mask = picture(['## ##', '## ##', '## ##', '#####']);
  expect(drawn(await numbers(mask, [1]), 5)).toEqual(['11 11', '11 11', '11 11', '11111']);
});

const parting: ObjectRules = { ...rules, splits: [0.625, 0.75], leastPart: 4 };

test('what hangs together at one level and lies apart at a higher one is several objects', async () => {
  const mask = picture(['##-##', '##-##', '##-##']);
  expect(new Set(await numbers(mask))).toEqual(new Set([1]));
  expect(drawn(await numbers(mask, [1], parting), 5)).toEqual(['11222', '11222', '11222']);
});

test('a part too small to stand for an object takes nothing from the one it lies in', async () => {
  const mask = picture(['#-####', '#-####', '--####']);
  expect(drawn(await numbers(mask, [2], parting), 6)).toEqual(['111111', '111111', '111111']);
});

test('an object may part at one level, and one of its parts at the next', async () => {
  const values = [12, 12, 10, 12, 12, 8, 11, 11].flatMap((inner) => [(14 << 4) | inner]);
  const row = Uint8Array.from([...values, ...values]);
  const found = await numbers({ width: 8, height: 2, values: row }, [1], parting);
  expect(new Set(found)).toEqual(new Set([1, 2, 3]));
  expect(found[0]).toBe(found[1]);
  expect(found[3]).toBe(found[4]);
  expect(found[0]).not.toBe(found[3]);
  expect(found[6]).toBe(found[7]);
});

test('objects are the same however the mask is cut into bands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer(),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 5 }),
      async (width, height, seed, heights, reach) => {
        const random = randomFrom(seed);
        const kinds = [0, FAINT, RIM, DOUBT, CORE];
        const values = Uint8Array.from(
          { length: width * height },
          () => kinds[Math.floor(random() * kinds.length)]!,
        );
        const mask = { width, height, values };
        const given = { ...parting, reach, leastCore: 1, leastPart: 2 };
        expect(await numbers(mask, heights, given)).toEqual(await numbers(mask, undefined, given));
      },
    ),
    { numRuns: 60 },
  );
});

test('the confidence of an object is the mean probability over it', async () => {
  const mask = picture(['##++', '##++']);
  const { bands, confidence } = await objectsOf(() => bandsOf(mask), 4, rules, leastOf(rules));
  for await (const band of bands) expect(band.classes[0]).toBe(1);
  expect(confidence(1)).toBeCloseTo((14.5 + 11.5) / 2 / 16, 6);
});
