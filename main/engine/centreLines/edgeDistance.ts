import type { Padded } from './thin';

/**
 * Asks for the distance (px) of a pixel's middle from the nearest empty pixel's edge, `most` where it is farther. The padding is
 * no edge: what lies beyond the picture is not known. Exact: the nearest in each column first, then over columns (Saito and
 * Toriwaki, 1994).
 */
export function distanceToEdge(
  { pixels, width, height }: Padded,
  most: number,
): (x: number, y: number) => number {
  const limit = Math.min(255, Math.ceil(most) + 1);
  const down = new Uint8Array(pixels.length).fill(limit);
  for (let x = 1; x < width - 1; x++) {
    let away = limit;
    for (let y = 1; y < height - 1; y++) {
      away = pixels[y * width + x] === 0 ? 0 : Math.min(limit, away + 1);
      down[y * width + x] = away;
    }
    away = limit;
    for (let y = height - 2; y > 0; y--) {
      const at = y * width + x;
      away = pixels[at] === 0 ? 0 : Math.min(limit, away + 1);
      down[at] = Math.min(down[at]!, away);
    }
  }
  return (x, y) => {
    let best = down[y * width + x]! ** 2;
    for (let step = 1; step * step < best; step++) {
      for (const beside of [x - step, x + step]) {
        if (beside < 1 || beside > width - 2) continue;
        best = Math.min(best, step * step + down[y * width + beside]! ** 2);
      }
    }
    return Math.min(most, Math.sqrt(best) - 0.5);
  };
}
