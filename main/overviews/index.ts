export {
  OverviewBuild,
  type BuildOptions,
  type BuildProgress,
  type BuildThread,
  type BuiltOverviews,
  type StartBuildThread,
} from './build';
export {
  OverviewJobs,
  type OpenedForOverviews,
  type OverviewJobsOptions,
  type OverviewProcess,
} from './jobs';
export type { GrowingRanges } from './growth';
export type { SourceIdentity } from './partFile';
export { SidecarCache } from './sidecarCache';
export {
  overviewMethods,
  type BuildNews,
  type BuildRequest,
  type OverviewMethods,
  type WorkerParts,
} from './worker';
export { serveOverviewThread, type ThreadParts, type ThreadPort } from './thread';
export type { FromThread, ThreadData, UnitOrder } from './messages';
