export { mapflowImageServer, type MapflowImages } from './mapflowServer';
export type { ImageServer, Ledger, OpenSource, Timing, UploadSource } from './ports';
export { sourceOpener, type OpenedRaster, type SourceParts } from './source';
export {
  Uploads,
  type StartUpload,
  type UploadListener,
  type UploadPreview,
  type UploadsPorts,
} from './uploads';
