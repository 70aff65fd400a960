/** 0–255 */
export type Colour = readonly [red: number, green: number, blue: number];

/** Colours for the values of a single band, from the lowest to the highest of its cut. */
export interface ColourMap {
  /** What a saved display and the panel know it by. */
  readonly name: string;
  /** At least two, evenly spread; what lies between is mixed. */
  readonly stops: readonly Colour[];
}

const hex = (stops: string): readonly Colour[] =>
  stops.split(' ').map((stop) => {
    const value = Number.parseInt(stop, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });

/** Maps on offer. The first five are matplotlib's, of even lightness steps; the others are those that map makers know. */
export const colourMaps: readonly ColourMap[] = [
  { name: 'viridis', stops: hex('440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725') },
  { name: 'magma', stops: hex('000004 1d1147 51127c 822681 b73779 e75263 fc8961 fec488 fcfdbf') },
  { name: 'inferno', stops: hex('000004 210c4a 57106e 8a226a bc3754 e45a31 f98e09 f9cb35 fcffa4') },
  { name: 'plasma', stops: hex('0d0887 4c02a1 7e03a8 aa2395 cc4778 e66c5c f89540 fdc527 f0f921') },
  { name: 'cividis', stops: hex('00224e 213b6e 4c556c 6c6e72 7c7b78 9a9376 b9ad71 d9c75f fee838') },
  { name: 'turbo', stops: hex('30123b 4662d7 36aaf9 1ae4b6 72fe5e c8ef34 faba39 f66b19 ca2a04 7a0403') },
  {
    name: 'spectral',
    stops: hex('9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2'),
  },
  {
    name: 'redYellowGreen',
    stops: hex('a50026 d73027 f46d43 fdae61 fee08b ffffbf d9ef8b a6d96a 66bd63 1a9850 006837'),
  },
  { name: 'terrain', stops: hex('333399 0088dd 00b865 69d17c fdfd98 b0a072 80604d c0b0a6 ffffff') },
];

/** The map as a table of `size` colours. */
export function spreadColours({ stops }: ColourMap, size: number): Colour[] {
  return Array.from({ length: size }, (_, index) => {
    const place = (index / Math.max(1, size - 1)) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    const [from, to] = [stops[at] as Colour, stops[at + 1] as Colour];
    const mix = (channel: 0 | 1 | 2): number =>
      Math.round(from[channel] + (to[channel] - from[channel]) * (place - at));
    return [mix(0), mix(1), mix(2)];
  });
}
