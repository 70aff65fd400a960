import type { Bandwidth, StartedUploads, Upload, UploadChunk, UploadPlanView } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface UploadsPort {
  preview(wanted: {
    readonly accountId: string;
    readonly path: string;
    readonly mosaicId: string | null;
    readonly targetBytes?: number | undefined;
    readonly reduce?: 'jpeg' | 'deflate' | null | undefined;
  }): Promise<Omit<UploadPlanView, 'rasterId'>>;
  start(wanted: {
    readonly accountId: string;
    readonly path: string;
    readonly mosaic: { readonly id: string } | { readonly name: string };
    readonly targetBytes?: number | undefined;
    readonly reduce?: 'jpeg' | 'deflate' | null | undefined;
  }): Promise<Upload>;
  startMany(wanted: {
    readonly accountId: string;
    readonly paths: readonly string[];
    readonly mosaic: { readonly id: string } | { readonly name: string };
    readonly targetBytes?: number | undefined;
    readonly reduce?: 'jpeg' | 'deflate' | null | undefined;
  }): Promise<StartedUploads>;
  list(): readonly Upload[];
  chunks(uploadId: string): readonly UploadChunk[];
  pause(uploadId: string): Promise<void>;
  resume(uploadId: string): Promise<void>;
  retry(uploadId: string): Promise<void>;
  cancel(uploadId: string): Promise<void>;
  remove(uploadId: string): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  move(uploadId: string, before: string | null): Promise<void>;
  clearHistory(accountId: string): Promise<void>;
  removeFailedImages(accountId: string, mosaicId: string): Promise<number>;
}

export interface BandwidthPort {
  get(): Bandwidth;
  set(limits: Bandwidth): Bandwidth;
}

export interface UploadsPortsOfWindow {
  readonly uploads: UploadsPort;
  readonly bandwidth: BandwidthPort;
  readonly activeAccount: () => string;
  /** The file of an opened raster; throws when it is not open. */
  readonly pathOf: (rasterId: string) => string;
  /** The window has seen the network come back. */
  readonly networkIsBack: () => void;
}

export function uploadsHandlers({
  uploads,
  bandwidth,
  activeAccount,
  pathOf,
  networkIsBack,
}: UploadsPortsOfWindow): AreaHandlers<'uploads'> {
  return {
    'uploads.plan': async ({ rasterId, mosaicId, targetBytes, reduce }) => {
      const path = pathOf(rasterId);
      const preview = await uploads.preview({
        accountId: activeAccount(),
        path,
        mosaicId,
        targetBytes,
        reduce,
      });
      return { rasterId, ...preview };
    },
    'uploads.start': ({ rasterId, mosaic, targetBytes, reduce }) =>
      uploads.start({ accountId: activeAccount(), path: pathOf(rasterId), mosaic, targetBytes, reduce }),
    'uploads.startFiles': ({ paths, mosaic, targetBytes, reduce }) =>
      uploads.startMany({ accountId: activeAccount(), paths, mosaic, targetBytes, reduce }),
    'uploads.list': () => uploads.list(),
    'uploads.chunks': ({ uploadId }) => uploads.chunks(uploadId),
    'uploads.pause': ({ uploadId }) => uploads.pause(uploadId),
    'uploads.resume': ({ uploadId }) => uploads.resume(uploadId),
    'uploads.cancel': ({ uploadId }) => uploads.cancel(uploadId),
    'uploads.retry': ({ uploadId }) => uploads.retry(uploadId),
    'uploads.pauseAll': () => uploads.pauseAll(),
    'uploads.resumeAll': () => uploads.resumeAll(),
    'uploads.move': ({ uploadId, before }) => uploads.move(uploadId, before),
    'uploads.clearHistory': () => uploads.clearHistory(activeAccount()),
    'uploads.removeFailedImages': ({ mosaicId }) => uploads.removeFailedImages(activeAccount(), mosaicId),
    'uploads.networkIsBack': () => networkIsBack(),
    'uploads.bandwidth': () => bandwidth.get(),
    'uploads.setBandwidth': (limits) => bandwidth.set(limits),
    'uploads.remove': ({ uploadId }) => uploads.remove(uploadId),
  };
}
