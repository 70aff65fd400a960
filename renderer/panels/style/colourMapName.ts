import { m } from '@shared/i18n';

/** Those with a name of their own keep it; the others are named by what they look like. */
const translated: Readonly<Record<string, () => string>> = {
  spectral: m.style_map_spectral,
  redYellowGreen: m.style_map_red_yellow_green,
  terrain: m.style_map_terrain,
};

export function colourMapName(name: string): string {
  return translated[name]?.() ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
