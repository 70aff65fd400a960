import { LIMITS } from './limits';
import type { GroundControlPoint } from './types';
import { childNamed, type XmlElement } from './xml';

/** What ArcGIS says of a raster's place in a `.aux.xml`: its system, and the points that it was georeferenced by. */
export interface EsriXform {
  /** Well-known text; undefined where there is none. */
  readonly wkt: string | undefined;
  readonly gcps: readonly GroundControlPoint[];
}

/** Reads the GeodataXform of a sidecar; null where it has none. */
export function readEsriXform(root: XmlElement): EsriXform | null {
  const group = root.children.find(
    ({ name, attributes }) => name === 'Metadata' && attributes['domain'] === 'xml:ESRI',
  );
  const xform = group && childNamed(group, 'GeodataXform');
  if (!xform) return null;
  const system = childNamed(xform, 'SpatialReference');
  return { wkt: system && childNamed(system, 'WKT')?.text, gcps: gcpsOf(xform) };
}

/** Pairs of numbers. Rows count downwards from zero, with a minus or without. */
function gcpsOf(xform: XmlElement): GroundControlPoint[] {
  const source = numbersOf(childNamed(xform, 'SourceGCPs'));
  const target = numbersOf(childNamed(xform, 'TargetGCPs'));
  if (source.length !== target.length || source.length % 2 !== 0) return [];
  return Array.from({ length: source.length / 2 }, (_, index) => ({
    pixel: source[2 * index]!,
    line: Math.abs(source[2 * index + 1]!),
    x: target[2 * index]!,
    y: target[2 * index + 1]!,
    z: 0,
  }));
}

function numbersOf(list: XmlElement | undefined): number[] {
  const values = list?.children.filter(({ name }) => name === 'Double').map(({ text }) => Number(text)) ?? [];
  return values.every(Number.isFinite) ? values.slice(0, 2 * LIMITS.groundControlPoints) : [];
}
