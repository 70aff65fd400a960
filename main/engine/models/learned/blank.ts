import type { RgbWindow } from '../types';

/** px; imagery, even of water or of one roof, is never of exactly one colour as far as this */
const LENGTH = 32;

/**
 * The window with pixels that show nothing no longer valid: those within a run of at least 32 pixels of exactly one colour along
 * their row and along their column. So are collars without a mask, and light beyond what the sensor can tell.
 */
export function withoutBlank(window: RgbWindow): RgbWindow {
  const { width, height, red, green, blue, valid } = window;
  const blank = new Uint8Array(valid.length);
  const same = (a: number, b: number): boolean =>
    red[a] === red[b] && green[a] === green[b] && blue[a] === blue[b];
  runs(width, height, 1, width, same, (at) => (blank[at]! += 1));
  if (!blank.includes(1)) return window;
  runs(height, width, width, 1, same, (at) => (blank[at]! += 1));
  if (!blank.includes(2)) return window;
  return { ...window, valid: valid.map((value, i) => (blank[i] === 2 ? 0 : value)) };
}

/** Calls `mark` for every pixel of the long runs of equal pixels along lines of `length` pixels that are `step` apart. */
function runs(
  length: number,
  lines: number,
  step: number,
  between: number,
  same: (a: number, b: number) => boolean,
  mark: (at: number) => void,
): void {
  for (let line = 0; line < lines; line++) {
    const origin = line * between;
    let from = 0;
    for (let i = 1; i <= length; i++) {
      if (i < length && same(origin + i * step, origin + (i - 1) * step)) continue;
      if (i - from >= LENGTH) for (let j = from; j < i; j++) mark(origin + j * step);
      from = i;
    }
  }
}
