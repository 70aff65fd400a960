import type { Box, Ring } from './geometry';

/** px around a tile that are drawn too, because the lens blurs across the border */
export const MARGIN = 2;

/** Paints the pixels x0 … x1 - 1 of a row; both in px of the canvas. */
export type SpanPainter = (y: number, x0: number, x1: number) => void;

/** The pixels of one tile while it is drawn, with what is needed to fill shapes that are given in metres. */
export class Canvas {
  /** px, margin included */
  readonly width: number;
  readonly height: number;
  /** Red, green, blue. */
  readonly rgb: Uint8ClampedArray;
  /** 255 where the sun does not reach. */
  readonly shade: Uint8Array;
  /** Pixel of the whole picture at the canvas's top left corner. */
  left = 0;
  top = 0;
  readonly #crossings: number[] = [];
  #xs = new Float64Array(128);
  #ys = new Float64Array(128);

  constructor(
    readonly size: number,
    /** m of a pixel */
    readonly gsd: number,
  ) {
    this.width = size + 2 * MARGIN;
    this.height = size + 2 * MARGIN;
    this.rgb = new Uint8ClampedArray(this.width * this.height * 3);
    this.shade = new Uint8Array(this.width * this.height);
  }

  /** Begins a tile whose top left pixel is (x, y) of the picture. */
  begin(x: number, y: number): void {
    this.left = x - MARGIN;
    this.top = y - MARGIN;
    this.shade.fill(0);
  }

  /** What the canvas shows of the ground, m. */
  get box(): Box {
    return {
      left: this.left * this.gsd,
      top: this.top * this.gsd,
      right: (this.left + this.width) * this.gsd,
      bottom: (this.top + this.height) * this.gsd,
    };
  }

  /** Fills the pixels whose centres lie in a ring (even-odd). */
  fill(ring: Ring, paint: SpanPainter): void {
    const count = ring.length;
    if (count > this.#xs.length) {
      this.#xs = new Float64Array(count * 2);
      this.#ys = new Float64Array(count * 2);
    }
    const [xs, ys] = [this.#xs, this.#ys];
    let least = Infinity;
    let most = -Infinity;
    for (let index = 0; index < count; index++) {
      xs[index] = ring[index]!.x / this.gsd - this.left - 0.5;
      const y = ring[index]!.y / this.gsd - this.top - 0.5;
      ys[index] = y;
      if (y < least) least = y;
      if (y > most) most = y;
    }
    const first = Math.max(0, Math.ceil(least));
    const last = Math.min(this.height - 1, Math.floor(most));
    const crossings = this.#crossings;
    for (let y = first; y <= last; y++) {
      crossings.length = 0;
      for (let index = 0, before = count - 1; index < count; before = index++) {
        const ya = ys[before]!;
        const yb = ys[index]!;
        if (ya <= y === yb <= y) continue;
        crossings.push(xs[before]! + ((y - ya) / (yb - ya)) * (xs[index]! - xs[before]!));
      }
      if (crossings.length > 2) crossings.sort((a, b) => a - b);
      else if (crossings.length === 2 && crossings[0]! > crossings[1]!) crossings.reverse();
      for (let index = 0; index + 1 < crossings.length; index += 2) {
        const x0 = Math.max(0, Math.ceil(crossings[index]!));
        const x1 = Math.min(this.width, Math.ceil(crossings[index + 1]!));
        if (x0 < x1) paint(y, x0, x1);
      }
    }
  }
}
