/**
 * Gives transparent pixels beside opaque ones the mean colour of these, in place. The graphics card mixes neighbouring pixels
 * before it looks at their opacity; without this, whatever stands under a mask or a nodata value would show as a dark or
 * glaring fringe. Opacity is the last channel and stays as it is. Doing it again changes nothing.
 */
export function bleed(
  tile: Uint8Array | Float32Array,
  width: number,
  height: number,
  channels: number,
): void {
  const opacity = channels - 1;
  if (!hasTransparency(tile, channels)) return;
  const round = tile instanceof Uint8Array ? 0.5 : 0;
  const sums = new Float64Array(opacity);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      if (tile[at + opacity] !== 0) continue;
      const count = sumOpaqueNeighbours(tile, width, height, channels, x, y, sums);
      if (count === 0) continue;
      for (let c = 0; c < opacity; c += 1) tile[at + c] = (sums[c] ?? 0) / count + round;
    }
  }
}

function hasTransparency(tile: Uint8Array | Float32Array, channels: number): boolean {
  for (let at = channels - 1; at < tile.length; at += channels) if (tile[at] === 0) return true;
  return false;
}

/** How many of the eight neighbours are opaque; their colours are added up into `sums`. */
function sumOpaqueNeighbours(
  tile: Uint8Array | Float32Array,
  width: number,
  height: number,
  channels: number,
  x: number,
  y: number,
  sums: Float64Array,
): number {
  let count = 0;
  sums.fill(0);
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny += 1) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx += 1) {
      const at = (ny * width + nx) * channels;
      if (tile[at + channels - 1] === 0) continue;
      count += 1;
      for (let c = 0; c < sums.length; c += 1) sums[c] = (sums[c] ?? 0) + (tile[at + c] ?? 0);
    }
  }
  return count;
}
