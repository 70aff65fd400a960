export { RasterWorkerClient, type OpenedRaster, type SpawnWorker, type WorkerLink } from './client';
export { reducingParts } from './encodeTiles';
export { FileSource, type FileIdentity } from './fileSource';
export { readBlocks } from './blockReads';
export { bandSha256, fileSha256 } from './hashes';
export { checkIdentity, placesBeside, type MissingFile } from './locate';
export { createNodeCodecs, type NodeCodecOptions } from './nodeCodecs';
export { openFile, type OpenedFile } from './openFile';
export {
  RasterService,
  rasterMethods,
  type OpenAnswer,
  type OpenRequest,
  type RasterMethods,
  type ReadBlocksRequest,
} from './rasterService';
export { surveyPaths } from './survey';
export { warmUpSamples } from './warmUp';
