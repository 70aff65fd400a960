import { expect, test } from 'vitest';
import { findModel, listModels } from '../../../main/engine/models/index';

test('the five models of the reference are listed with their blocks', () => {
  const optional = listModels().map(({ info }) => [
    info.name,
    info.blocks.filter((block) => block.optional).map((block) => block.name),
  ]);
  expect(optional).toEqual([
    ['🏠 Buildings', ['Classification', 'Simplification', 'OSM', 'Heights']],
    ['🏠 Buildings (Aerial)', ['Simplification']],
    ['🌲 Forest', ['Heights']],
    ['🚗 Roads', ['CentreLines']],
    ['🏗️ Construction', []],
  ]);
});

test('ids are stable and unique, prices add up from the blocks that always run', () => {
  const models = listModels();
  expect(models[0]!.info.id).toBe('8cb13006-a299-4df6-b47d-91bd63de947f');
  expect(new Set(models.map(({ info }) => info.id)).size).toBe(5);
  for (const { info } of models) {
    const base = info.blocks.filter((block) => !block.optional).reduce((sum, block) => sum + block.price, 0);
    expect(info.pricePerSqKm).toBe(base);
    expect(info.gsd.min).toBeLessThanOrEqual(info.gsd.native);
    expect(info.gsd.native).toBeLessThanOrEqual(info.gsd.max);
  }
});

test('a model is found by id, by name, and by name without emoji', () => {
  for (const { info } of listModels()) {
    expect(findModel(info.id).info.name).toBe(info.name);
    expect(findModel(info.id.toUpperCase()).info.name).toBe(info.name);
    expect(findModel(info.name).info.id).toBe(info.id);
  }
  expect(findModel('buildings').info.name).toBe('🏠 Buildings');
  expect(findModel('Buildings (Aerial)').info.name).toBe('🏠 Buildings (Aerial)');
  expect(() => findModel('Glaciers')).toThrow(expect.objectContaining({ kind: 'engine.no_such_model' }));
});

test('each model finds things of its kind', () => {
  const found = listModels().map(({ detector }) => detector.classes.map(({ objectType }) => objectType));
  expect(found).toEqual([['building'], ['building'], ['forest'], ['roads'], ['construction']]);
});
