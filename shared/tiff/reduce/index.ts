export { reducedLayout } from './layout';
export { planReduced, type ReducedChunk, type ReducedPlan } from './plan';
export { chooseReduction, droppedBands, type Reduction, type ReductionCodec } from './reduction';
export type { EncodeTiles, ReducingParts } from './tiles';
