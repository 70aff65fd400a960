import { expect, test } from 'vitest';
import { findModel } from '../../../main/engine/models/index';
import { objectsOf } from '../../../main/engine/vectorize/instances';
import { bandsOf } from '../vectorize/masks';

const rules = findModel('Forest').detector.objects!;
/** m */
const gsd = 0.2;
const side = 120;
const least = { core: rules.leastCore / gsd ** 2, part: rules.leastPart / gsd ** 2 };

interface Crown {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** The probability that its middle is one, of 15. */
  readonly top?: number;
}

/** Packed probabilities as the network gives them: the likelier interior, the nearer to a crown's middle. */
function stand(crowns: readonly Crown[]): Uint8Array {
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    let packed = 0;
    for (const crown of crowns) {
      const nearness = 1 - Math.hypot(x - crown.x, y - crown.y) / crown.radius;
      if (nearness > 0)
        packed = Math.max(packed, (14 << 4) | Math.round((crown.top ?? 12) * Math.min(1, 1.6 * nearness)));
    }
    return packed;
  });
}

async function numbered(values: Uint8Array, heights?: readonly number[]): Promise<number[]> {
  const mask = { width: side, height: side, values };
  const { bands } = await objectsOf(() => bandsOf(mask, heights), side, rules, least);
  const found: number[] = [];
  for await (const band of bands) found.push(...band.classes);
  return found;
}

const count = (found: readonly number[]): number => new Set(found.filter((number) => number > 0)).size;
const at = (found: readonly number[], { x, y }: Crown): number => found[y * side + x]!;

test('crowns that touch are two, wherever between them the middle is less likely', async () => {
  for (const top of [5, 8, 12, 15]) {
    const [one, other] = [
      { x: 40, y: 50, radius: 14, top },
      { x: 63, y: 56, radius: 14, top },
    ];
    const found = await numbered(stand([one, other]));
    expect(count(found), `of ${String(top)}`).toBe(2);
    expect(at(found, one)).not.toBe(at(found, other));
  }
});

test('a broad crown is one, and a small one beside it another', async () => {
  const [broad, small] = [
    { x: 45, y: 60, radius: 36 },
    { x: 90, y: 60, radius: 7 },
  ];
  const found = await numbered(stand([broad, small]));
  expect(count(found)).toBe(2);
  expect(found.filter((number) => number === at(found, small)).length).toBeLessThan(200);
});

test('crowns are the same however the mask is cut into bands', async () => {
  const values = stand([
    { x: 30, y: 30, radius: 20 },
    { x: 60, y: 34, radius: 16, top: 9 },
    { x: 50, y: 64, radius: 18, top: 6 },
    { x: 95, y: 95, radius: 9 },
  ]);
  const whole = await numbered(values);
  expect(count(whole)).toBe(4);
  expect(await numbered(values, [1, 7, 19])).toEqual(whole);
});
