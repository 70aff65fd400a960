/** red, green, blue, opacity: each 0–255 */
export type RampColour = readonly [red: number, green: number, blue: number, alpha: number];

/** Plasma of matplotlib (CC0): lightness rises evenly, and neither end is a colour of vegetation or of soil. */
const stops = [
  [13, 8, 135],
  [76, 2, 161],
  [126, 3, 168],
  [170, 35, 149],
  [204, 71, 120],
  [230, 108, 92],
  [248, 149, 64],
  [249, 203, 53],
  [240, 249, 33],
] as const;

/** The share of the levels over which the imagery shines through: what is hardly likely must not hide it. */
const veil = 0.25;

/** One colour for each level of probability, from the least likely; what is not likely at all is clear. */
export function probabilityColours(levels: number): readonly RampColour[] {
  return Array.from({ length: levels }, (_, level) => {
    const share = level / (levels - 1);
    const place = share * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    const [from, to] = [stops[at]!, stops[at + 1]!];
    const mix = (channel: 0 | 1 | 2): number =>
      Math.round(from[channel] + (to[channel] - from[channel]) * (place - at));
    return [mix(0), mix(1), mix(2), Math.round(255 * Math.min(1, share / veil))];
  });
}
