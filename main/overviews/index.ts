export {
  OverviewBuild,
  type BuildOptions,
  type BuildProgress,
  type BuildThread,
  type BuiltOverviews,
  type StartBuildThread,
} from './build';
export { sidecarKey, type SourceIdentity } from './partFile';
export { serveOverviewThread, type ThreadParts, type ThreadPort } from './thread';
export type { FromThread, ThreadData, UnitOrder } from './messages';
