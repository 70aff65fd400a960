/** The engine's models: all five of the API reference. */
import { AppError } from '@shared/errors';
import { m } from '@shared/i18n';
import * as blocks from './blocks';
import { forestDetector } from './forest/index';
import {
  aerialGsd,
  buildingsDetector,
  buildingsGsd,
  constructionDetector,
  constructionGsd,
  roadsDetector,
  roadsGsd,
} from './learned/index';
import { crownRecall, heldOutFigures, type Figures } from './learned/cards';
import type { GsdRange, Model, ModelBlock, ModelInfo } from './types';

export { bandHeight, detectRows, type DetectionJob } from './run';
export type * from './types';

/** Zoom 17–18 in the reference's table: every model but the aerial one. */
const satelliteZoom = { min: 17, max: 18 } as const;

function describe(
  identity: Pick<ModelInfo, 'id' | 'name' | 'description' | 'styleName'>,
  gsd: GsdRange,
  steps: readonly ModelBlock[],
  zoom: ModelInfo['zoom'] = satelliteZoom,
): ModelInfo {
  const pricePerSqKm = steps.reduce((sum, step) => sum + (step.optional ? 0 : step.price), 0);
  return { ...identity, gsd, blocks: steps, zoom, pricePerSqKm };
}

/** Figures for a sentence: whole percents. */
function percents({ precision, recall, area }: Figures): Record<keyof Figures, number> {
  const percent = (share: number): number => Math.round(share * 100);
  return { precision: percent(precision), recall: percent(recall), area: percent(area) };
}

function buildings(): ModelInfo {
  const identity = {
    id: '8cb13006-a299-4df6-b47d-91bd63de947f',
    name: '🏠 Buildings',
    description: m.model_buildings_description(percents(heldOutFigures.buildings)),
    styleName: 'buildings',
  };
  const steps = [
    blocks.segmentation(10),
    blocks.classification(),
    blocks.simplification(),
    blocks.openStreetMap(),
    blocks.heights(10),
  ];
  return describe(identity, buildingsGsd, steps);
}

function buildingsAerial(): ModelInfo {
  const identity = {
    id: '4eb9331f-f7a8-4a1c-a44d-765f20f54ac6',
    name: '🏠 Buildings (Aerial)',
    description: m.model_buildings_aerial_description(percents(heldOutFigures.fineBuildings)),
    styleName: 'buildings',
  };
  const steps = [blocks.segmentation(10), blocks.simplification()];
  return describe(identity, aerialGsd, steps, { min: 19, max: 20 });
}

function forest(): ModelInfo {
  const identity = {
    id: '24c5bb87-6b61-410d-a972-63f3f431a611',
    name: '🌲 Forest',
    description: m.model_forest_description({ recall: Math.round(crownRecall * 100) }),
    styleName: 'forest',
  };
  return describe(identity, { min: 0.2, max: 1.5, native: 0.5 }, [
    blocks.segmentation(8),
    blocks.heights(10),
  ]);
}

function roads(): ModelInfo {
  const identity = {
    id: '6c7ea6cb-2e06-4592-a9fa-ab9ba9c9c646',
    name: '🚗 Roads',
    description: m.model_roads_description(percents(heldOutFigures.roads)),
    styleName: 'roads',
  };
  return describe(identity, roadsGsd, [blocks.segmentation(5), blocks.centreLines()]);
}

function construction(): ModelInfo {
  const identity = {
    id: '145bcfed-c811-411b-a498-b518c1a4c486',
    name: '🏗️ Construction',
    description: m.model_construction_description(percents(heldOutFigures.construction)),
    styleName: 'construction',
  };
  return describe(identity, constructionGsd, [blocks.segmentation(4)]);
}

/** All models, in the reference's order; descriptions are in the language of the moment. */
export function listModels(): readonly Model[] {
  const [houses, houses10cm, trees, ways, sites] = [
    buildings(),
    buildingsAerial(),
    forest(),
    roads(),
    construction(),
  ];
  return [
    { info: houses, detector: buildingsDetector(houses.name, buildingsGsd) },
    { info: houses10cm, detector: buildingsDetector(houses10cm.name, aerialGsd) },
    { info: trees, detector: forestDetector(trees.name) },
    { info: ways, detector: roadsDetector(ways.name) },
    { info: sites, detector: constructionDetector(sites.name) },
  ];
}

const bare = (name: string): string =>
  name
    .replace(/[^\p{Letter}\p{Number}() ]/gu, '')
    .trim()
    .toLowerCase();

/**
 * The model with this id, or with this name (emoji and case may be missing: clients type `wdName`).
 * Throws `engine.no_such_model`.
 */
export function findModel(idOrName: string): Model {
  const models = listModels();
  const found =
    models.find(({ info }) => info.id === idOrName.toLowerCase()) ??
    models.find(({ info }) => bare(info.name) === bare(idOrName));
  if (!found) throw new AppError('engine.no_such_model', { model: idOrName });
  return found;
}
