import { expect, test } from 'vitest';
import type { Layout } from '@shared/tiff/write';
import { KeptLayouts } from '../../../main/uploads/keptLayouts';

/** A layout whose one part is so many bytes of its own; it counts for 80 more. */
function layout(bytes: number): Layout {
  return { size: bytes, parts: [new Uint8Array(bytes)], starts: Float64Array.of(0) };
}

test('layouts are kept as long as there is room, and room is made by what is dropped', () => {
  const kept = new KeptLayouts(1000);
  const [first, second, third] = [layout(400), layout(400), layout(400)];
  kept.keep('a', first);
  kept.keep('b', second);
  kept.keep('c', third);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([first, second, undefined]);
  kept.drop('a');
  kept.drop('unknown');
  kept.keep('c', third);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([undefined, second, third]);
});

test('a layout that is kept again counts once', () => {
  const kept = new KeptLayouts(1000);
  for (let i = 0; i < 5; i++) kept.keep('a', layout(500));
  kept.keep('b', layout(300));
  expect(kept.get('a')?.size).toBe(500);
  expect(kept.get('b')?.size).toBe(300);
});

test('nothing is left when all are cleared, and there is room again', () => {
  const kept = new KeptLayouts(1000);
  kept.keep('a', layout(900));
  kept.clear();
  expect(kept.get('a')).toBeUndefined();
  kept.keep('b', layout(900));
  expect(kept.get('b')?.size).toBe(900);
});
