/** Red, green, blue 0–255, opacity 0–1. */
export type Rgba = readonly [number, number, number, number];

export const css = ([r, g, b, a]: Rgba): string => `rgba(${r}, ${g}, ${b}, ${a})`;

/** Colours of things that are drawn over any raster: they do not follow the theme, since the raster does not either. */
export const mapColours = {
  areaOfInterest: [214, 0, 255, 1],
  areaOfInterestFill: [214, 0, 255, 0.08],
  measure: [255, 214, 0, 1],
  measureFill: [255, 214, 0, 0.16],
  highlight: [0, 229, 255, 1],
  highlightFill: [0, 229, 255, 0.25],
  preview: [120, 255, 120, 1],
  previewFill: [120, 255, 120, 0.08],
  casing: [16, 20, 26, 0.75],
  chunkPlanned: [255, 255, 255, 0.55],
  chunkSending: [255, 190, 40, 1],
  chunkConfirmed: [60, 200, 110, 1],
  chunkFailed: [240, 60, 60, 1],
} as const satisfies Readonly<Record<string, Rgba>>;
