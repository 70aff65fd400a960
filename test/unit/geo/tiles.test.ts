import {
  flipY,
  groundResolution,
  lonLatToMercator,
  mercatorToLonLat,
  quadkey,
  tileAt,
  tileCount,
  tileLonLatBounds,
  tileMercatorBounds,
  tileOfQuadkey,
  tilesCovering,
  zoomForResolution,
} from '@shared/geo/tiles';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('a position lies in the tile that OpenStreetMap serves for it', () => {
  // The Eiffel tower at zoom 16.
  expect(tileAt(2.2945, 48.8584, 16)).toEqual({ z: 16, x: 33185, y: 22545 });
  expect(tileAt(180, -89, 3)).toEqual({ z: 3, x: 7, y: 7 });
});

test('a tile holds its positions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 22 }), fc.nat(1e6), fc.nat(1e6), (z, a, b) => {
      const lon = (a / 1e6) * 360 - 180;
      const lat = (b / 1e6) * 170 - 85;
      const tile = tileAt(lon, lat, z);
      const [west, south, east, north] = tileLonLatBounds(tile);
      expect(lon).toBeGreaterThanOrEqual(west - 1e-9);
      expect(lon).toBeLessThanOrEqual(east + 1e-9);
      expect(lat).toBeGreaterThanOrEqual(south - 1e-9);
      expect(lat).toBeLessThanOrEqual(north + 1e-9);
      expect(tileOfQuadkey(quadkey(tile))).toEqual(tile);
      expect(flipY(flipY(tile))).toEqual(tile);
    }),
    { seed: 5 },
  );
});

test('quadkeys are those of Bing', () => {
  // Bing Maps Tile System, "Tile Coordinates and Quadkeys".
  expect(quadkey({ z: 3, x: 3, y: 5 })).toBe('213');
  expect(quadkey({ z: 0, x: 0, y: 0 })).toBe('');
  expect(tileOfQuadkey('214')).toBeNull();
});

test('TMS counts rows from the south', () => {
  expect(flipY({ z: 2, x: 1, y: 0 })).toEqual({ z: 2, x: 1, y: 3 });
});

test('Mercator goes there and back, and ends at its square', () => {
  expect(lonLatToMercator(180, 90)[1]).toBeCloseTo(20037508.342789, 4);
  const [lon, lat] = mercatorToLonLat(...lonLatToMercator(10, 50));
  expect([lon, lat]).toEqual([expect.closeTo(10, 10), expect.closeTo(50, 10)]);
  expect(tileMercatorBounds({ z: 1, x: 1, y: 0 })).toEqual([
    0,
    0,
    expect.closeTo(20037508.342789, 4),
    expect.closeTo(20037508.342789, 4),
  ]);
});

test('a box is covered by its tiles and no more', () => {
  const bounds = tileLonLatBounds({ z: 10, x: 500, y: 300 });
  const inside = [bounds[0] + 1e-9, bounds[1] + 1e-9, bounds[2] - 1e-9, bounds[3] - 1e-9] as const;
  expect([...tilesCovering(inside, 10)]).toEqual([{ z: 10, x: 500, y: 300 }]);
  expect([...tilesCovering(inside, 11)]).toHaveLength(4);
  expect(tileCount([-180, -85, 180, 85], 8)).toBe(256 * 256);
});

test('the zoom for a resolution is the first that is fine enough', () => {
  expect(groundResolution(0, 0)).toBeCloseTo(156543.0339, 3);
  expect(zoomForResolution(groundResolution(18, 50), 50)).toBe(18);
  expect(zoomForResolution(groundResolution(18, 50) * 0.99, 50)).toBe(19);
});
