import type { TileLevel } from '../workers/tileLoader';

/**
 * One zoom step of the map. Steps coarser than the raster's own overviews are averaged from the coarsest level, so that a
 * small picture without overviews is as smooth as one with them.
 */
export interface PyramidStep {
  readonly level: TileLevel;
  /** Of the level among the loader's levels. */
  readonly index: number;
  /** Pixels of the level that become one, a side; a power of two. */
  readonly factor: number;
  /** Full-resolution pixels per pixel of this step, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** A picture that fits here needs no coarser step. */
const smallSide = 512;
/** One averaged tile reads at most 8 × 8 tiles. */
const mostFactor = 8;

/** The steps, coarsest first, as the map counts its zoom levels. */
export function pyramidOf(levels: readonly TileLevel[]): readonly PyramidStep[] {
  const steps: PyramidStep[] = levels.map((level, index) => ({
    level,
    index,
    factor: 1,
    scaleX: level.scaleX,
    scaleY: level.scaleY,
  }));
  const coarsest = levels.at(-1);
  if (coarsest) {
    const side = Math.max(coarsest.width, coarsest.height);
    for (let factor = 2; factor <= mostFactor && (side * 2) / factor > smallSide; factor *= 2) {
      steps.push({
        level: coarsest,
        index: levels.length - 1,
        factor,
        scaleX: coarsest.scaleX * factor,
        scaleY: coarsest.scaleY * factor,
      });
    }
  }
  return steps.reverse();
}

/**
 * Averages `factor` × `factor` pixels into one, weighted by the last channel (opacity), into a place of a larger tile:
 * what is transparent gives no colour. `source` is a tile of `width` × `height` pixels.
 */
export function averageInto(
  target: Uint8Array | Float32Array,
  targetWidth: number,
  left: number,
  top: number,
  source: Uint8Array | Float32Array,
  width: number,
  height: number,
  channels: number,
  factor: number,
): void {
  const opacity = channels - 1;
  const sums = new Float64Array(channels);
  for (let y = 0; y < Math.floor(height / factor); y += 1) {
    for (let x = 0; x < Math.floor(width / factor); x += 1) {
      sums.fill(0);
      for (let dy = 0; dy < factor; dy += 1) {
        let at = ((y * factor + dy) * width + x * factor) * channels;
        for (let dx = 0; dx < factor; dx += 1, at += channels) {
          const weight = source[at + opacity] ?? 0;
          if (weight === 0) continue;
          sums[opacity] = (sums[opacity] ?? 0) + weight;
          for (let c = 0; c < opacity; c += 1) sums[c] = (sums[c] ?? 0) + (source[at + c] ?? 0) * weight;
        }
      }
      writeMean(target, ((top + y) * targetWidth + left + x) * channels, sums, opacity, factor * factor);
    }
  }
}

function writeMean(
  target: Uint8Array | Float32Array,
  at: number,
  sums: Float64Array,
  opacity: number,
  count: number,
): void {
  const weight = sums[opacity] ?? 0;
  const round = target instanceof Uint8Array ? 0.5 : 0;
  for (let c = 0; c < opacity; c += 1) target[at + c] = weight === 0 ? 0 : (sums[c] ?? 0) / weight + round;
  target[at + opacity] = weight / count + (weight === 0 ? 0 : round);
}
