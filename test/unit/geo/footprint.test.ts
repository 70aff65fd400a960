import { crsFromEpsg } from '@shared/geo/crs';
import { extentProblem, groundSampleDistance, pixelSize, rasterFootprint } from '@shared/geo/footprint';
import { geodesicArea } from '@shared/geo/geodesic';
import type { Crs, Geotransform, RasterDescription } from '@shared/tiff/types';
import { expect, test } from 'vitest';

function raster(
  width: number,
  height: number,
  geotransform: Geotransform | null,
  crs: Crs | null,
): RasterDescription {
  const georeference = { crs, geotransform, areaOrPoint: 'Area', gcps: [], from: 'tags' } as const;
  return { name: 'a.tif', width, height, georeference } as unknown as RasterDescription;
}

test('a small raster is outlined by its corners, counter-clockwise and closed', async () => {
  const utm = await crsFromEpsg(32633);
  const footprint = rasterFootprint(raster(1000, 500, [500000, 0.1, 0, 5500000, 0, -0.1], utm));
  const ring = footprint!.coordinates[0]!;
  expect(ring).toHaveLength(5);
  expect(ring[0]).toEqual(ring[4]);
  const signed = ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i]![0]! * y! - x! * ring[i]![1]!, 0);
  expect(signed).toBeGreaterThan(0);
  // 100 m x 50 m, enlarged by UTM's scale on its central meridian.
  expect(geodesicArea(footprint!) / (5000 / 0.9996 ** 2)).toBeCloseTo(1, 4);
});

test('long edges that bend get positions in between', async () => {
  const lambert = await crsFromEpsg(3035);
  const ring = rasterFootprint(raster(6000, 5000, [2500000, 1000, 0, 6500000, 0, -1000], lambert))!
    .coordinates[0]!;
  expect(ring.length).toBeGreaterThan(20);
  expect(ring.length).toBeLessThan(300);
});

test('a raster across the antimeridian runs on beyond 180°', async () => {
  const fiji = await crsFromEpsg(3460);
  const ring = rasterFootprint(raster(4000, 2000, [1900000, 100, 0, 4000000, 0, -100], fiji))!
    .coordinates[0]!;
  const longitudes = ring.map(([lon]) => lon!);
  expect(Math.max(...longitudes) - Math.min(...longitudes)).toBeLessThan(10);
  expect(Math.max(...longitudes)).toBeGreaterThan(180);
});

test('a raster without a place says why', async () => {
  const wgs84 = await crsFromEpsg(4326);
  const utm = await crsFromEpsg(32633);
  const local: Crs = { epsg: null, proj4: null, name: 'site', kind: 'local', unitFactor: 1 };
  const metres: Geotransform = [500000, 1, 0, 5500000, 0, -1];
  const cases = [
    [raster(10, 10, null, utm), 'no_geotransform'],
    [raster(10, 10, metres, null), 'no_crs'],
    [raster(10, 10, metres, local), 'local_crs'],
    [raster(10, 10, metres, { ...utm, proj4: null }), 'unknown_crs'],
    [raster(10, 10, metres, wgs84), 'impossible_latlon'],
    [raster(10, 10, metres, utm), null],
    [raster(3600, 1800, [0, 0.1, 0, 90, 0, -0.1], wgs84), null],
  ] as const;
  expect(cases.map(([description]) => extentProblem(description))).toEqual(
    cases.map(([, problem]) => problem),
  );
  expect(
    cases.map(([description, problem]) => (rasterFootprint(description) === null) === (problem !== null)),
  ).not.toContain(false);
});

test('a pixel is as large as it is on the ground', async () => {
  const mercator = await crsFromEpsg(3857);
  // At 60° a metre of web Mercator is half a metre of ground.
  const at60 = raster(2, 2, [0, 1, 0, 8399738, 0, -1], mercator);
  expect(groundSampleDistance(at60)).toBeCloseTo(0.5, 2);
  const feet = raster(10, 10, [1000000, 1, 0, 200000, 0, -1], await crsFromEpsg(2263));
  expect(groundSampleDistance(feet)).toBeCloseTo(0.3048, 3);
  const degrees = raster(10, 10, [10, 1e-5, 0, 50, 0, -1e-5], await crsFromEpsg(4326));
  expect(pixelSize(degrees)).toEqual([expect.closeTo(0.717, 2), expect.closeTo(1.112, 2)]);
  const site: Crs = { epsg: null, proj4: null, name: 'site', kind: 'local', unitFactor: 0.3048 };
  expect(groundSampleDistance(raster(10, 10, [0, 2, 0, 0, 0, -2], site))).toBeCloseTo(0.6096, 9);
  expect(groundSampleDistance(raster(10, 10, null, null))).toBeNull();
});
