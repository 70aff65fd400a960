export { directLedger, ledgerMethods, LedgerWriter, type LedgerWrites, type WriterLink } from './ledger';
export { mapflowImageServer, type MapflowImages } from './mapflowServer';
export { localTiming } from './ports';
export type { ImageServer, Ledger, OpenSource, Timing, UploadSource } from './ports';
export { SourceReader, type ReaderLink } from './remoteSource';
export { sourceOpener, type OpenedRaster, type SourceParts } from './source';
export { sourceMethods } from './sourceHost';
export {
  Uploads,
  type StartUpload,
  type UploadListener,
  type UploadPreview,
  type UploadsPorts,
} from './uploads';
