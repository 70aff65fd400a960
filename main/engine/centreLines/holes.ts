import type { Padded } from './thin';

/** Rows that a hole that is filled reaches over at most, px: bounds what a row can depend on. */
export const tallestHole = 32;

/** Fills holes of up to `most` pixels that lie apart by their sides: lines are not to run around them. */
export function fillHoles({ pixels, width, height }: Padded, most: number): void {
  // The padding is the world outside: what hangs together with it is no hole.
  const open = new Uint8Array(pixels.length);
  open.fill(1, 0, width);
  open.fill(1, width * (height - 1));
  for (let y = 1; y < height - 1; y++) open[y * width] = open[y * width + width - 1] = 1;
  const part: number[] = [];
  for (let at = width; at < width * (height - 1); at++) {
    if (pixels[at] === 1 || open[at] === 1 || pixels[at - 1] === 0) continue;
    part.length = 0;
    part.push(at);
    open[at] = 1;
    const isHole = follow(part, pixels, open, width, most);
    if (!isHole) continue;
    for (const hole of part) pixels[hole] = 1;
  }
}

/** Gathers what hangs together with the first of `part`, as long as it can be a hole. */
function follow(part: number[], pixels: Uint8Array, open: Uint8Array, width: number, most: number): boolean {
  const top = Math.floor(part[0]! / width);
  const own = new Set(part);
  for (let i = 0; i < part.length; i++) {
    const at = part[i]!;
    for (const beside of [at - 1, at + 1, at - width, at + width]) {
      if (pixels[beside] === 1 || own.has(beside)) continue;
      // Either the world outside, or a part that was found to be too large.
      if (open[beside] === 1) return false;
      own.add(beside);
      open[beside] = 1;
      part.push(beside);
      if (part.length > most || Math.floor(beside / width) - top >= tallestHole) return false;
    }
  }
  return true;
}
