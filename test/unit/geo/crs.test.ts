import { spawnSync } from 'node:child_process';
import { crsFromEpsg, projectionFor } from '@shared/geo/crs';
import { loadEpsgTable } from '@shared/geo/epsgTable';
import { describe, expect, test } from 'vitest';
import { withoutGdal } from '../../support/data';

describe('an EPSG code', () => {
  test.each([
    [4326, 'geographic', 'WGS 84', 1],
    [3857, 'projected', 'WGS 84 / Pseudo-Mercator', 1],
    [32633, 'projected', 'WGS 84 / UTM zone 33N', 1],
    [2263, 'projected', 'NAD83 / New York Long Island (ftUS)', 1200 / 3937],
    [2222, 'projected', 'NAD83 / Arizona East (ft)', 0.3048],
    [7405, 'projected', 'OSGB36 / British National Grid', 1],
  ])('%i is a %s system called %s', async (code, kind, name, unitFactor) => {
    await expect(crsFromEpsg(code)).resolves.toMatchObject({ epsg: code, kind, name, unitFactor });
  });

  test('that nobody knows keeps its number', async () => {
    const crs = await crsFromEpsg(31000);
    expect(crs).toEqual({ epsg: 31000, proj4: null, name: 'EPSG:31000', kind: 'unknown', unitFactor: 1 });
    expect(projectionFor(crs)).toBeNull();
  });

  test('whose projection proj4 lacks keeps its name', async () => {
    const crs = await crsFromEpsg(6244);
    expect(crs).toMatchObject({ proj4: null, kind: 'projected', name: 'MAGNA-SIRGAS / Arauca urban grid' });
  });

  test('of grads is computed in grads', async () => {
    const paris = await crsFromEpsg(4807);
    expect(paris.unitFactor).toBeCloseTo(0.9, 12);
    const [lon, lat] = projectionFor(paris)!.toLonLat([0, 54.2]);
    expect(lon).toBeCloseTo(2.337, 2);
    expect(lat).toBeCloseTo(48.78, 2);
  });

  test('of the datum of 1927 lies where it does in the United States', async () => {
    // Meades Ranch in Kansas, the origin of the datum, where PROJ puts it.
    const [lon, lat] = projectionFor(await crsFromEpsg(4267))!.toLonLat([-98.54222, 39.22417]);
    expect(Math.abs(lon - -98.54257) * 86_000).toBeLessThan(15);
    expect(Math.abs(lat - 39.22418) * 111_000).toBeLessThan(15);
  });

  test('is a registered one for thousands of codes, and deprecated ones name their successor', async () => {
    const table = await loadEpsgTable();
    expect(table.crs(26591)?.name).toBe('Monte Mario (Rome) / Italy zone 1');
    expect(table.replacementOf(4088)).toBe(4087);
    expect(table.compoundOf(27700, 5701)).toBe(7405);
    expect(table.geographicOfDatumName('D_WGS_1984')?.code).toBe(4326);
    expect(table.unit(9003)).toEqual({ kind: 'length', factor: 0.304800609601219, name: 'US survey foot' });
    expect(table.ellipsoid(7030)).toEqual({ semiMajor: 6378137, inverseFlattening: 298.257223563 });
    expect(table.meridian(8903)).toBeCloseTo(2.33722917, 8);
  });
});

describe('a projection', () => {
  test('goes there and back', async () => {
    const projection = projectionFor(await crsFromEpsg(32633))!;
    // The numbers are those of PROJ (cs2cs).
    const xy = projection.fromLonLat([14.5, 50.1]);
    expect(xy[0]).toBeCloseTo(464240.9241, 4);
    expect(xy[1]).toBeCloseTo(5549868.9574, 4);
    const [lon, lat] = projection.toLonLat(xy);
    expect(lon).toBeCloseTo(14.5, 9);
    expect(lat).toBeCloseTo(50.1, 9);
  });

  test('says where it is not defined instead of throwing', async () => {
    const projection = projectionFor(await crsFromEpsg(2154))!;
    expect(projection.toLonLat([NaN, 0])).toEqual([NaN, NaN]);
    expect(projection.fromLonLat([3, -100])).toEqual([NaN, NaN]);
  });

  test('of a broken definition is none', () => {
    const crs = { epsg: null, proj4: '+proj=nonsense', name: '', kind: 'projected', unitFactor: 1 } as const;
    expect(projectionFor(crs)).toBeNull();
  });
});

/** Code, a place in its area, and what PROJ (cs2cs) must say of it. */
const CODES: readonly (readonly [number, number, number])[] = [
  [2056, 8.2, 46.8],
  [27700, -1.5, 52.5],
  [3031, 40, -75],
  [28992, 5.4, 52.1],
  [3857, 30, 50],
  [2154, 3, 46.5],
  [25832, 9, 51],
  [31467, 9, 51],
  [2193, 173, -41],
  [3413, -45, 75],
  [5514, 15, 49.8],
  [2263, -73.9, 40.7],
  [26911, -117, 34],
  [3067, 26, 62],
  [2180, 19, 52],
  [31370, 4.4, 50.6],
  [3035, 10, 52],
  [4490, 110, 30],
  [28355, 145, -37],
  [2326, 114.15, 22.3],
];

/** PROJ shifts these datums by another set of numbers in each part of the country. */
const SEVERAL_SHIFTS: ReadonlySet<number> = new Set([31467, 5514, 26911]);

describe.skipIf(withoutGdal('the EPSG table against PROJ'))('the table', () => {
  test('puts places where PROJ puts them', async () => {
    const faults: string[] = [];
    for (const [code, lon, lat] of CODES) {
      const crs = await crsFromEpsg(code);
      const [x, y] = projectionFor(crs)!.fromLonLat([lon, lat]);
      const run = spawnSync(
        'gdaltransform',
        ['-s_srs', `EPSG:${code}`, '-t_srs', 'EPSG:4326', '-output_xy'],
        {
          input: `${x} ${y}\n`,
        },
      );
      const [backLon, backLat] = run.stdout.toString().trim().split(' ').map(Number) as [number, number];
      const metres = Math.hypot((backLon - lon) * Math.cos((lat * Math.PI) / 180), backLat - lat) * 111_320;
      if (!(metres < (SEVERAL_SHIFTS.has(code) ? 2 : 0.03))) faults.push(`EPSG:${code}: ${metres} m`);
    }
    expect(faults).toEqual([]);
  });
});
