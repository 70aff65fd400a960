import { m } from '@shared/i18n';
import type { ModelBlock } from './types';

/** The step that every model has: its price is the model's base price (credits per km²). */
export function segmentation(price: number): ModelBlock {
  return {
    name: 'Segmentation',
    displayName: m.block_segmentation_name(),
    description: m.block_segmentation_description(),
    optional: false,
    price,
    available: true,
  };
}

export function classification(): ModelBlock {
  return {
    name: 'Classification',
    displayName: m.block_classification_name(),
    description: m.block_classification_description(),
    optional: true,
    price: 0,
    available: true,
  };
}

export function simplification(): ModelBlock {
  return {
    name: 'Simplification',
    displayName: m.block_simplification_name(),
    description: m.block_simplification_description(),
    optional: true,
    price: 0,
    available: true,
  };
}

/** Lines in place of areas. */
export function centreLines(): ModelBlock {
  return {
    name: 'CentreLines',
    displayName: m.block_centre_lines_name(),
    description: m.block_centre_lines_description(),
    optional: true,
    price: 0,
    available: true,
  };
}

export function openStreetMap(): ModelBlock {
  return {
    name: 'OSM',
    displayName: m.block_osm_name(),
    description: m.block_osm_description(),
    optional: true,
    price: 0,
    available: false,
  };
}

export function heights(price: number): ModelBlock {
  return {
    name: 'Heights',
    displayName: m.block_heights_name(),
    description: m.block_heights_description(),
    optional: true,
    price,
    available: false,
  };
}
