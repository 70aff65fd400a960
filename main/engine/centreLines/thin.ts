/**
 * Thinning of a picture to lines one pixel wide, in place. Source: Guo and Hall, 1989 (two passes a layer, each pixel judged by
 * its eight neighbours as they were before the pass). What a layer takes depends on two rows around a pixel, so a picture that is
 * thinned by pieces with that much overlap for every layer comes out as the whole one would.
 */

/** A picture with a border of one empty pixel on each side. */
export interface Padded {
  /** px, border included */
  readonly width: number;
  readonly height: number;
  /** 1 inside, 0 outside */
  readonly pixels: Uint8Array;
}

/** Takes up to `layers` layers of pixels off all sides of what is wider than a line. */
export function thin(picture: Padded, layers: number): void {
  const { pixels, width } = picture;
  let border = borderOf(picture);
  const waiting = new Uint8Array(pixels.length);
  for (let layer = 0; layer < layers; layer++) {
    let taken = 0;
    for (const pass of [0, 1] as const) {
      const gone = border.filter((at) => goes(pixels, at, width, pass));
      for (const at of gone) pixels[at] = 0;
      taken += gone.length;
      border = stillThere(border, gone, pixels, width, waiting);
    }
    if (taken === 0) return;
  }
}

/** Pixels with something empty beside them; none on the padding. */
function borderOf({ pixels, width, height }: Padded): number[] {
  const border: number[] = [];
  for (let at = width; at < width * (height - 1); at++) {
    if (pixels[at] === 1 && !isInner(pixels, at, width)) border.push(at);
  }
  return border;
}

export function isInner(pixels: Uint8Array, at: number, width: number): boolean {
  return (
    pixels[at - 1]! +
      pixels[at + 1]! +
      pixels[at - width - 1]! +
      pixels[at - width]! +
      pixels[at - width + 1]! +
      pixels[at + width - 1]! +
      pixels[at + width]! +
      pixels[at + width + 1]! ===
    8
  );
}

/** What is left of the border, and what came to light beside the pixels that went. */
function stillThere(
  border: readonly number[],
  gone: readonly number[],
  pixels: Uint8Array,
  width: number,
  waiting: Uint8Array,
): number[] {
  const next = border.filter((at) => pixels[at] === 1);
  for (const at of next) waiting[at] = 1;
  for (const at of gone) {
    for (let dy = -width; dy <= width; dy += width) {
      for (let beside = at + dy - 1; beside <= at + dy + 1; beside++) {
        if (pixels[beside] === 0 || waiting[beside] === 1) continue;
        waiting[beside] = 1;
        next.push(beside);
      }
    }
  }
  for (const at of next) waiting[at] = 0;
  return next;
}

/** Whether a pixel goes in a pass. Neighbours are numbered clockwise from the top, p2 to p9, as the authors do. */
function goes(pixels: Uint8Array, at: number, width: number, pass: 0 | 1): boolean {
  const p2 = pixels[at - width]!;
  const p3 = pixels[at - width + 1]!;
  const p4 = pixels[at + 1]!;
  const p5 = pixels[at + width + 1]!;
  const p6 = pixels[at + width]!;
  const p7 = pixels[at + width - 1]!;
  const p8 = pixels[at - 1]!;
  const p9 = pixels[at - width - 1]!;
  const parts =
    ((p2 ^ 1) & (p3 | p4)) + ((p4 ^ 1) & (p5 | p6)) + ((p6 ^ 1) & (p7 | p8)) + ((p8 ^ 1) & (p9 | p2));
  if (parts !== 1) return false;
  const one = (p9 | p2) + (p3 | p4) + (p5 | p6) + (p7 | p8);
  const other = (p2 | p3) + (p4 | p5) + (p6 | p7) + (p8 | p9);
  const pairs = Math.min(one, other);
  if (pairs < 2 || pairs > 3) return false;
  return pass === 0 ? ((p6 | p7 | (p9 ^ 1)) & p8) === 0 : ((p2 | p3 | (p5 ^ 1)) & p4) === 0;
}
