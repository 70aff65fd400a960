export type { CodingWishes, OverviewCoding } from './coding';
export { growingLevels, type GrowingLevels, type GrowingState } from './growing';
export {
  entryLine,
  headLine,
  readJournal,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
  type JournalHead,
  type PlacedTile,
} from './journal';
export { needsOverviews } from './levels';
export { planOverviews, unitLevels, unitWork, type OverviewPlan, type Round, type UnitLevel } from './plan';
export { asLevel, sidecarHead, sidecarHeadBytes, sidecarTags, type SidecarTags } from './sidecar';
export { TileIndex } from './tileIndex';
export { createWorking, WorkingMemory } from './samples';
export { RowWindow, UnitRows, type HoldsAny } from './unitRows';
