import type { StoredBlock } from '../store';
import type { Model } from '../models/types';

/** km²; smaller areas are billed as this */
const smallestBilled = 1;

/** Blocks of a model with what a request chose; optional blocks that are not named are off. */
export function chosenBlocks(
  model: Model,
  choices: readonly { readonly name: string; readonly enabled: boolean }[] = [],
): readonly StoredBlock[] {
  return model.info.blocks
    .filter(({ optional }) => optional)
    .map(({ name, displayName }) => ({
      name,
      displayName,
      enabled: choices.find((choice) => choice.name.toLowerCase() === name.toLowerCase())?.enabled ?? false,
    }));
}

/** Credits: the area at the price of the model and its enabled blocks, rounded up. */
export function costOf(model: Model, blocks: readonly StoredBlock[], squareMetres: number): number {
  const optional = model.info.blocks
    .filter(({ name }) => blocks.some((block) => block.enabled && block.name === name))
    .reduce((sum, { price }) => sum + price, 0);
  const area = Math.max(smallestBilled, squareMetres / 1_000_000);
  // Sums of decimal prices are a hair off; that hair must not cost a credit.
  return Math.ceil(area * (model.info.pricePerSqKm + optional) - 1e-6);
}
