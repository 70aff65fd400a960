import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blur, boxRadius, FIXED_POINT, reach } from '../../../main/engine/models/blur';

const planes = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      values: fc
        .array(fc.integer({ min: 0, max: 255 }), { minLength: width * height, maxLength: width * height })
        .map((values) => Uint16Array.from(values, (value) => value * FIXED_POINT)),
      valid: fc
        .array(fc.integer({ min: 0, max: 1 }), { minLength: width * height, maxLength: width * height })
        .map((values) => Uint8Array.from(values)),
    }),
  );

test('a box radius has the spread that was asked for', () => {
  for (const sigma of [1, 2, 3, 5, 7.5, 12]) {
    const side = 2 * boxRadius(sigma) + 1;
    const spread = Math.sqrt((2 * (side * side - 1)) / 12);
    expect(Math.abs(spread - sigma)).toBeLessThan(0.5);
  }
});

test('a constant picture stays as it is, whatever is masked', () => {
  fc.assert(
    fc.property(planes, fc.double({ min: 0.5, max: 6, noNaN: true }), (plane, sigma) => {
      const constant = { ...plane, values: plane.values.map(() => 200 * FIXED_POINT) };
      const all = new Uint8Array(plane.values.length).fill(1);
      const out = blur(constant, sigma, all).values;
      expect(out.every((value) => value === 200 * FIXED_POINT)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('pixels that are not valid do not count', () => {
  fc.assert(
    fc.property(planes, fc.double({ min: 0.5, max: 6, noNaN: true }), (plane, sigma) => {
      const poisoned = plane.values.map((value, i) => (plane.valid[i] ? value : 255 * FIXED_POINT));
      const cleaned = plane.values.map((value, i) => (plane.valid[i] ? value : 0));
      const { width, height, valid } = plane;
      const one = blur({ width, height, values: poisoned }, sigma, valid).values;
      const other = blur({ width, height, values: cleaned }, sigma, valid).values;
      if (boxRadius(sigma) > 0) plane.valid.forEach((is, i) => is && expect(one[i]).toBe(other[i]));
    }),
    { numRuns: 50 },
  );
});

test('a value depends on nothing beyond the reach', () => {
  const width = 60;
  const height = 40;
  const values = Uint16Array.from({ length: width * height }, (_, i) => ((i * 7919) % 256) * FIXED_POINT);
  const sigma = 2.4;
  const whole = blur({ width, height, values }, sigma, null).values;
  const margin = reach(sigma);
  const cutWidth = width - 20;
  const cut = new Uint16Array(cutWidth * height);
  for (let y = 0; y < height; y++) {
    cut.set(values.subarray(y * width + 20, (y + 1) * width), y * cutWidth);
  }
  const part = blur({ width: cutWidth, height, values: cut }, sigma, null).values;
  for (let y = 0; y < height; y++) {
    for (let x = margin; x < cutWidth; x++) {
      expect(part[y * cutWidth + x]).toBe(whole[y * width + x + 20]);
    }
  }
});

test('every pass is the rounded mean of what is valid within the radius', () => {
  fc.assert(
    fc.property(
      planes,
      fc.double({ min: 0.7, max: 5, noNaN: true }),
      fc.boolean(),
      (plane, sigma, masked) => {
        const { width, height, values } = plane;
        const valid = masked ? plane.valid : null;
        const radius = boxRadius(sigma);
        const along = (
          source: Uint16Array,
          step: number,
          length: number,
          at: (i: number) => number,
        ): Uint16Array =>
          source.map((_, i) => {
            let [sum, count] = [0, 0];
            for (let offset = -radius; offset <= radius; offset++) {
              if (at(i) + offset < 0 || at(i) + offset >= length) continue;
              const weight = valid ? valid[i + offset * step]! : 1;
              sum += weight * source[i + offset * step]!;
              count += weight;
            }
            return count === 0 ? 0 : Math.floor((2 * sum + count) / (2 * count));
          });
        let wanted: Uint16Array = values;
        for (let pass = 0; radius > 0 && pass < 2; pass++) {
          wanted = along(wanted, 1, width, (i) => i % width);
          wanted = along(wanted, width, height, (i) => Math.floor(i / width));
        }
        expect(blur({ width, height, values }, sigma, valid).values).toEqual(wanted);
      },
    ),
    { numRuns: 60 },
  );
});
