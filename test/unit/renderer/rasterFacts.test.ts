import { expect, test } from 'vitest';
import { rasterFacts } from '../../../renderer/panels/dialogs/rasterFacts';
import { RasterLayer } from '../../../renderer/state/layers.svelte';
import { description, raster } from './samples';

/** What the information window says, as `name: value`. */
function lines(part: Parameters<typeof description>[0]): string[] {
  const layer = new RasterLayer({ ...raster('a'), description: description(part) });
  const { bands } = layer.raster.description;
  layer.takeStatistics(
    Array.from({ length: bands }, (_, band) => ({
      ...{ min: 0, max: 9, mean: 4, deviation: 1, low: 0, high: 9 },
      ...{ histogram: [band], histogramFrom: 0, histogramTo: 9 },
    })),
  );
  return rasterFacts(layer).flatMap(({ facts }) => facts.map(({ name, value }) => `${name}: ${value}`));
}

test('a raster tells how its samples lie, and its extent in its own system', () => {
  const said = lines({});
  expect(said).toContain('Samples of a pixel: Together');
  expect(said).toContain('Left, bottom, right, top: 350000, 3054616, 350512, 3055000');
  expect(said).toContain('Data type: uint8');
});

test('bands have the names that the file gives them', () => {
  const said = lines({ bandMetadata: [{ DESCRIPTION: 'near infrared' }, {}, {}] });
  expect(said).toContain('Band 1 (near infrared): 0 to 9, mean 4');
  expect(said.some((line) => line.startsWith('Band 2: 0 to 9'))).toBe(true);
});

test('a turned raster covers the hull of its corners; one without a place none', () => {
  const { georeference } = description();
  const turned = { ...georeference, geotransform: [0, 1, 1, 0, 1, -1] } as const;
  expect(lines({ georeference: turned })).toContain('Left, bottom, right, top: 0, -768, 1792, 1024');
  expect(lines({ georeference: { ...georeference, geotransform: null } })).toContain(
    'Left, bottom, right, top: ',
  );
});
