import type { EpsgTable } from '../geo/epsgTable';
import { KEY, type GeoKeys } from './geoKeys';

/** Metres per unit of projected coordinates. */
export function linearUnit(keys: GeoKeys, epsg: EpsgTable, missing = 1): number {
  const cited = citedUnit(keys);
  if (cited !== undefined) return cited;
  const unit = epsg.unit(keys.code(KEY.LinearUnits) ?? 0);
  if (unit?.kind === 'length') return unit.factor;
  const size = keys.number(KEY.LinearUnitSize);
  return size !== undefined && size > 0 && Number.isFinite(size) ? size : missing;
}

/** Erdas Imagine puts the unit into a citation only; it counts there, or coordinates would be off by a factor of three. */
function citedUnit(keys: GeoKeys): number | undefined {
  for (const key of [KEY.Citation, KEY.ProjectedCitation]) {
    const text = keys.text(key) ?? '';
    const name =
      /(?:^|\|)LUnits = ([^|\n]*)/.exec(text)?.[1] ??
      (text.includes(ERDAS_MARK) ? /^Units = (.*)$/m.exec(text)?.[1] : undefined);
    const metres = name === undefined ? undefined : CITED_UNITS[name.trim().toLowerCase()];
    if (metres !== undefined) return metres;
  }
  return undefined;
}

export const ERDAS_MARK = 'IMAGINE GeoTIFF Support';

const CITED_UNITS: Readonly<Record<string, number>> = {
  meters: 1,
  meter: 1,
  metre: 1,
  m: 1,
  kilometers: 1000,
  feet: 1200 / 3937,
  foot: 1200 / 3937,
  us_survey_feet: 1200 / 3937,
  us_survey_foot: 1200 / 3937,
  international_feet: 0.3048,
  international_foot: 0.3048,
};

/** Degrees per unit of the angles in the keys and of geographic coordinates. */
export function angularUnit(keys: GeoKeys, epsg: EpsgTable): number {
  const unit = epsg.unit(keys.code(KEY.AngularUnits) ?? 0);
  const size = unit?.kind === 'angle' ? unit.factor : keys.number(KEY.AngularUnitSize);
  if (size === undefined || !(size > 0) || !Number.isFinite(size)) return 1;
  const degrees = (size * 180) / Math.PI;
  return Math.abs(degrees - 1) < 1e-9 ? 1 : degrees;
}
