/**
 * Grows numbered pixels, step by step along their sides, by up to `reach` steps into pixels that are 0 and whose `packed` value
 * is at least `least`. Where two meet in the same step the higher number wins, so the outcome depends on nothing but the pixels
 * within reach. `numbers` is changed.
 */
export function growInto(
  numbers: Int32Array,
  packed: Uint8Array,
  width: number,
  reach: number,
  least: number,
): void {
  let front = edge(numbers, packed, width, least);
  for (let step = 0; step < reach && front.length > 0; step++) {
    const next: number[] = [];
    for (const at of front) {
      const own = numbers[at]!;
      const x = at % width;
      // Pixels of this step are negative until it ends: they do not grow on within it.
      const take = (to: number): void => {
        const held = numbers[to]!;
        if (held > 0 || packed[to]! < least) return;
        if (held === 0) next.push(to);
        if (-held < own) numbers[to] = -own;
      };
      if (x > 0) take(at - 1);
      if (x + 1 < width) take(at + 1);
      if (at >= width) take(at - width);
      if (at + width < numbers.length) take(at + width);
    }
    for (const at of next) numbers[at] = -numbers[at]!;
    front = next;
  }
}

/** Numbered pixels beside one that they can grow into. */
function edge(numbers: Int32Array, packed: Uint8Array, width: number, least: number): number[] {
  const found: number[] = [];
  const free = (at: number): boolean => numbers[at] === 0 && packed[at]! >= least;
  for (let at = 0; at < numbers.length; at++) {
    if (numbers[at] === 0) continue;
    const x = at % width;
    if (
      (x > 0 && free(at - 1)) ||
      (x + 1 < width && free(at + 1)) ||
      (at >= width && free(at - width)) ||
      (at + width < numbers.length && free(at + width))
    ) {
      found.push(at);
    }
  }
  return found;
}
