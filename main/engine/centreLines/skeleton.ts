/** The medial line of what is inside a mask, pixel by pixel, with how far the edge is: from bands, strip by strip. */
import type { MaskBand } from '../models/types';
import { distanceToEdge } from './edgeDistance';
import { fillHoles, tallestHole } from './holes';
import { isInner, thin, type Padded } from './thin';

export interface SkeletonRules {
  /** A pixel is inside from this value on. */
  readonly least: number;
  /** px; what is farther from an edge is a square rather than a road: lines run around it */
  readonly reach: number;
  /** px; smaller holes are filled */
  readonly hole: number;
}

/** Pixels row by row, from the left. */
export interface Skeleton {
  /** `starts[y]` is the first pixel of row y; one more entry than there are rows. */
  readonly starts: readonly number[];
  readonly xs: readonly number[];
  /** px, from the middle of the pixel to the edge of the mask */
  readonly radii: readonly number[];
}

/** Rows that a strip gives, px. */
const stripRows = 512;

/** Layers that are taken off what is left of squares once their inside is out. */
const ringLayers = 4;

/**
 * Strips overlap by what a pixel can depend on, so the lines do not depend on how the mask is cut into bands. Memory follows
 * the width of the mask and the length of the lines.
 */
export async function skeletonOf(
  bands: AsyncIterable<MaskBand>,
  width: number,
  rules: SkeletonRules,
  signal?: AbortSignal,
): Promise<Skeleton> {
  const overlap = 2 * rules.reach + 2 * ringLayers + tallestHole + 2;
  const starts: number[] = [0];
  const xs: number[] = [];
  const radii: number[] = [];
  const give = (strip: Strip): void => {
    signal?.throwIfAborted();
    const { pixels, distance, padded } = thinned(strip, width, rules);
    for (let y = strip.from; y < strip.to; y++) {
      const row = (y + 1) * padded + 1;
      for (let x = 0; x < width; x++) {
        if (pixels[row + x] === 0) continue;
        xs.push(x);
        // The middle of a road lies on a pixel or between two: half of the difference, on average.
        radii.push(distance(x + 1, y + 1) + 0.25);
      }
      starts.push(xs.length);
    }
  };
  for await (const strip of stripsOf(bands, width, overlap, rules.least)) give(strip);
  return { starts, xs, radii };
}

/** Rows of a mask, 0 and 1; those from `from` to `to` are given, the others lie around them. */
interface Strip {
  readonly inside: Uint8Array;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

async function* stripsOf(
  bands: AsyncIterable<MaskBand>,
  width: number,
  overlap: number,
  least: number,
): AsyncGenerator<Strip, void, undefined> {
  const most = stripRows + 2 * overlap;
  const held = new Uint8Array(most * width);
  let rows = 0;
  let given = 0;
  for await (const band of bands) {
    for (let y = 0; y < band.height; y++) {
      for (let x = 0; x < width; x++) {
        held[rows * width + x] = band.classes[y * width + x]! >= least ? 1 : 0;
      }
      rows++;
      if (rows < most) continue;
      const to = rows - overlap;
      yield { inside: held, rows, from: given, to };
      const kept = to - overlap;
      held.copyWithin(0, kept * width, rows * width);
      rows -= kept;
      given = overlap;
    }
  }
  if (given < rows) yield { inside: held, rows, from: given, to: rows };
}

function thinned(
  { inside, rows }: Strip,
  width: number,
  rules: SkeletonRules,
): {
  readonly pixels: Uint8Array;
  readonly distance: (x: number, y: number) => number;
  readonly padded: number;
} {
  const picture: Padded = {
    width: width + 2,
    height: rows + 2,
    pixels: new Uint8Array((width + 2) * (rows + 2)),
  };
  for (let y = 0; y < rows; y++) {
    picture.pixels.set(inside.subarray(y * width, (y + 1) * width), (y + 1) * picture.width + 1);
  }
  fillHoles(picture, rules.hole);
  const distance = distanceToEdge(picture, rules.reach + 1);
  thin(picture, rules.reach);
  hollow(picture);
  thin(picture, ringLayers);
  return { pixels: picture.pixels, distance, padded: picture.width };
}

/** What is wider than the reach keeps its rim alone. */
function hollow({ pixels, width, height }: Padded): void {
  const inner: number[] = [];
  for (let at = width; at < width * (height - 1); at++) {
    if (pixels[at] === 1 && isInner(pixels, at, width)) inner.push(at);
  }
  for (const at of inner) pixels[at] = 0;
}
