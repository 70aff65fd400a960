import type { RgbWindow } from '../types';

/**
 * The window with pixels twice as wide, each the mean of those that are valid of four, and valid where two of them are. Windows
 * begin on even pixels of their grid, so what comes out does not depend on how the work was parted.
 */
export function halved({ width, height, red, green, blue, valid }: RgbWindow): RgbWindow {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const size = w * h;
  const half = {
    width: w,
    height: h,
    red: new Uint8Array(size),
    green: new Uint8Array(size),
    blue: new Uint8Array(size),
    valid: new Uint8Array(size),
  };
  for (let y = 0; y < h; y++) {
    const rows = 2 * y + 1 < height ? 2 : 1;
    for (let x = 0; x < w; x++) {
      const columns = 2 * x + 1 < width ? 2 : 1;
      let [r, g, b, count] = [0, 0, 0, 0];
      for (let row = 0; row < rows; row++) {
        const from = (2 * y + row) * width + 2 * x;
        for (let i = from; i < from + columns; i++) {
          if (valid[i] === 0) continue;
          r += red[i]!;
          g += green[i]!;
          b += blue[i]!;
          count++;
        }
      }
      if (2 * count < rows * columns) continue;
      const at = y * w + x;
      half.red[at] = Math.round(r / count);
      half.green[at] = Math.round(g / count);
      half.blue[at] = Math.round(b / count);
      half.valid[at] = 1;
    }
  }
  return half;
}

/**
 * The mean of packed probabilities of a window and of the same window halved; both halves of a byte are sixteenths that were
 * rounded down. What the halved window does not show is left to the other alone; what is not valid stays 0.
 */
export function meanOfBoth(
  fine: Uint8Array,
  coarse: Uint8Array,
  window: RgbWindow,
  half: RgbWindow,
): Uint8Array {
  const out = new Uint8Array(fine.length);
  for (let y = 0; y < window.height; y++) {
    const row = (y >> 1) * half.width;
    for (let x = 0; x < window.width; x++) {
      const i = y * window.width + x;
      if (window.valid[i] === 0) continue;
      const at = row + (x >> 1);
      out[i] = half.valid[at] === 0 ? fine[i]! : meanOfPacked(fine[i]!, coarse[at]!);
    }
  }
  return out;
}

function meanOfPacked(a: number, b: number): number {
  const thing = ((a >> 4) + (b >> 4) + 1) >> 1;
  const inner = ((a & 15) + (b & 15) + 1) >> 1;
  return (thing << 4) | inner;
}
