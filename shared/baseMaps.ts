import type { BaseMap } from './ipc/desk';

/** Base maps that need no form. OpenStreetMap's tiles ask for a name in the request, the credit on the map and a cache. */
export const builtInBaseMaps: readonly BaseMap[] = [
  {
    id: 'osm',
    name: 'OpenStreetMap',
    url: 'https://tile.openstreetmap.org/{z}/{x}/{y}.png',
    attribution: '© OpenStreetMap contributors',
    maxZoom: 19,
    allowLocal: false,
    custom: false,
  },
];

/** What is wrong with a template of tile addresses, as the end of an error's kind; null where it can work. */
export function templateProblem(template: string): 'not_an_address' | 'not_http' | 'no_place' | null {
  if (!/\{z\}/.test(template) || !/\{x\}/.test(template) || !/\{-?y\}/.test(template)) {
    return isAddress(template) ? 'no_place' : 'not_an_address';
  }
  const filled = tileAddress(template, 1, 1, 1);
  if (!isAddress(filled) || /[{}]|%7[bd]/i.test(filled)) return 'not_an_address';
  return /^https?:$/.test(new URL(filled).protocol) ? null : 'not_http';
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false;
  }
}

/** The address of one tile. {s} is one of three servers, {-y} counts rows from the south. */
export function tileAddress(template: string, z: number, x: number, y: number): string {
  const servers = ['a', 'b', 'c'];
  const values: Readonly<Record<string, string>> = {
    '{z}': String(z),
    '{x}': String(x),
    '{y}': String(y),
    '{-y}': String(2 ** z - 1 - y),
    '{s}': servers[(x + y) % servers.length] ?? 'a',
    '{r}': '',
  };
  return template.replace(/\{(?:z|x|-?y|s|r)\}/g, (name) => values[name] ?? '');
}
