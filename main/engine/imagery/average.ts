import type { RgbWindow } from '../models/types';
import type { Planes } from './colours';

/** Sums of source pixels for each working pixel of a window. */
export interface Sums {
  readonly width: number;
  readonly height: number;
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Area of valid source pixels, in source pixels. */
  readonly weight: Float32Array;
  /** Area of a whole working pixel. */
  whole: number;
}

export interface Scale {
  /** Where the window begins, in pixels of the strip. */
  readonly left: number;
  /** Where the window begins, in rows of the lattice. */
  readonly top: number;
  /** Source pixels for each working pixel. */
  readonly ratioX: number;
  readonly ratioY: number;
}

export function createSums(width: number, height: number): Sums {
  const plane = (): Float32Array => new Float32Array(width * height);
  return { width, height, red: plane(), green: plane(), blue: plane(), weight: plane(), whole: 1 };
}

interface Source {
  readonly width: number;
  readonly height: number;
  readonly planes: Planes;
  readonly valid: Uint8Array;
}

/** How much of each source pixel of a line belongs to which working pixel. */
interface Shares {
  readonly target: Int32Array;
  readonly share: Float32Array;
  /** Where the entries of a source pixel begin; one more than there are pixels. */
  readonly from: Int32Array;
}

/** Adds a strip whose first row is row `y` of the lattice. */
export function addStrip(sums: Sums, strip: Source, y: number, scale: Scale): void {
  sums.whole = scale.ratioX * scale.ratioY;
  const columns = sharesOf(strip.width, -scale.left, scale.ratioX, sums.width);
  const rows = sharesOf(strip.height, y - scale.top, scale.ratioY, sums.height);
  const [red, green, blue] = strip.planes;
  for (let row = 0; row < strip.height; row++) {
    for (let r = rows.from[row] ?? 0; r < (rows.from[row + 1] ?? 0); r++) {
      const base = (rows.target[r] ?? 0) * sums.width;
      const rowShare = rows.share[r] ?? 0;
      for (let column = 0, i = row * strip.width; column < strip.width; column++, i++) {
        if (strip.valid[i] === 0) continue;
        const end = columns.from[column + 1] as number;
        for (let c = columns.from[column] as number; c < end; c++) {
          const at = base + (columns.target[c] as number);
          const share = rowShare * (columns.share[c] as number);
          (sums.weight[at] as number) += share;
          (sums.red[at] as number) += share * (red[i] as number);
          (sums.green[at] as number) += share * (green[i] as number);
          (sums.blue[at] as number) += share * (blue[i] as number);
        }
      }
    }
  }
}

/** @param start of the line's first pixel, in source pixels from the first working pixel's edge */
function sharesOf(length: number, start: number, ratio: number, targets: number): Shares {
  const target: number[] = [];
  const share: number[] = [];
  const from = new Int32Array(length + 1);
  for (let pixel = 0; pixel < length; pixel++) {
    from[pixel] = target.length;
    const near = (start + pixel) / ratio;
    const far = (start + pixel + 1) / ratio;
    for (let t = Math.max(0, Math.floor(near + 1e-9)); t < targets && t < far - 1e-9; t++) {
      target.push(t);
      share.push((Math.min(far, t + 1) - Math.max(near, t)) * ratio);
    }
  }
  from[length] = target.length;
  return { target: Int32Array.from(target), share: Float32Array.from(share), from };
}

/** The averages. A working pixel is valid when at least half of it is. */
export function finish(sums: Sums): RgbWindow {
  const pixels = sums.width * sums.height;
  const red = new Uint8Array(pixels);
  const green = new Uint8Array(pixels);
  const blue = new Uint8Array(pixels);
  const valid = new Uint8Array(pixels);
  const least = sums.whole * 0.499;
  for (let i = 0; i < pixels; i++) {
    const weight = sums.weight[i] as number;
    if (weight < least || weight === 0) continue;
    valid[i] = 1;
    red[i] = (sums.red[i] as number) / weight + 0.5;
    green[i] = (sums.green[i] as number) / weight + 0.5;
    blue[i] = (sums.blue[i] as number) / weight + 0.5;
  }
  return { width: sums.width, height: sums.height, red, green, blue, valid };
}
