import type { RasterDescription } from '@shared/tiff/types';
import { colourBands } from './rasterDisplay';

export type BandPreset = 'natural' | 'falseColour' | 'single' | 'custom';

/** The bands (zero-based) that a user may choose from; the colours of a palette are no bands. */
export function choosableBands(description: RasterDescription): readonly number[] {
  if (description.palette !== null) return [];
  return Array.from({ length: description.bands }, (_, band) => band).filter(
    (band) => band !== description.alphaBand,
  );
}

/** What the file calls a band; empty where it says nothing that helps. */
export function bandTitle(description: RasterDescription, band: number): string {
  const own = description.bandMetadata[band];
  const title = own?.['DESCRIPTION'] ?? own?.['description'] ?? '';
  if (title !== '') return title;
  const colour = description.colorInterpretation[band] ?? '';
  return colour === 'Undefined' || colour === 'Gray' ? '' : colour;
}

/** The band of near infrared: by its name, else the fourth after three colours; null where there is none. */
function nearInfrared(description: RasterDescription): number | null {
  const bands = choosableBands(description);
  const named = bands.find((band) => /\bnir\b|infra.?red/i.test(bandTitle(description, band)));
  if (named !== undefined) return named;
  const colours = colourBands(description);
  const fourth = bands.find((band) => !colours.includes(band));
  return colours.length === 3 && fourth === 3 ? fourth : null;
}

/** The bands of each preset that this raster has; `custom` is whatever the user puts together. */
export function presetBands(
  description: RasterDescription,
): ReadonlyMap<Exclude<BandPreset, 'custom'>, readonly number[]> {
  const presets = new Map<Exclude<BandPreset, 'custom'>, readonly number[]>();
  const bands = choosableBands(description);
  const colours = colourBands(description);
  if (colours.length === 3 && bands.length >= 3) presets.set('natural', colours);
  const infrared = nearInfrared(description);
  const [red, green] = colours;
  if (infrared !== null && colours.length === 3 && red !== undefined && green !== undefined)
    presets.set('falseColour', [infrared, red, green]);
  if (bands.length > 0) presets.set('single', bands.slice(0, 1));
  return presets;
}

/** The preset that shows these bands. */
export function presetOf(description: RasterDescription, shown: readonly number[]): BandPreset {
  if (shown.length === 1) return 'single';
  for (const [preset, bands] of presetBands(description)) {
    if (preset !== 'single' && bands.join() === shown.join()) return preset;
  }
  return 'custom';
}
