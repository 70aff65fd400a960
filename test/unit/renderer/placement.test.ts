import { transform } from 'ol/proj';
import { expect, test } from 'vitest';
import { applyGeotransform } from '@shared/geo/affine';
import { earth, placementOf, toPixel } from '../../../renderer/map/placement';
import { description, raster, utm45 } from './samples';

test('places a raster by its own system and pixel grid', () => {
  const placement = placementOf(raster('a'));
  expect(placement.space).toBe(earth);
  expect(placement.projection.getCode()).toBe('EPSG:32645');
  expect(placement.extent).toEqual([350_000, 3_054_616, 350_512, 3_055_000]);
  expect([placement.upright, placement.pixelSize]).toEqual([true, 0.5]);
  const [lon, lat] = transform([350_000, 3_055_000], placement.projection, 'EPSG:4326');
  expect(lon).toBeCloseTo(85.47994, 4);
  expect(lat).toBeCloseTo(27.61069, 4);
});

test('a raster without a place lies in a plane of its own, rows going down', () => {
  const georeference = {
    crs: null,
    geotransform: null,
    areaOrPoint: 'Area',
    gcps: [],
    from: 'none',
  } as const;
  const bare = raster('bare', { description: description({ georeference }) });
  const placement = placementOf(bare);
  expect(placement.space).toBe('picture:bare');
  expect(placement.extent).toEqual([0, -768, 1024, 0]);
  expect(placement.projection.getUnits()).toBe('pixels');
});

test('a rotated or upside-down grid is not upright, and its transform leads back to the pixel', () => {
  const rotated = [350_000, 0.4, 0.3, 3_055_000, 0.3, -0.4] as const;
  const southUp = [350_000, 0.5, 0, 3_054_000, 0, 0.5] as const;
  for (const geotransform of [rotated, southUp]) {
    const georeference = { ...description().georeference, geotransform, crs: utm45 };
    const placement = placementOf(raster('r', { description: description({ georeference }) }));
    expect(placement.upright).toBe(false);
    const [x, y] = applyGeotransform(geotransform, 100, 250);
    const [column, row] = toPixel(geotransform, x, y);
    expect([column, row].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([100, 250]);
  }
});
