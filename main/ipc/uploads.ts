import type { Upload, UploadChunk, UploadPlanView } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface UploadsPort {
  preview(wanted: {
    readonly accountId: string;
    readonly path: string;
    readonly mosaicId: string | null;
    readonly targetBytes?: number | undefined;
  }): Promise<Omit<UploadPlanView, 'rasterId'>>;
  start(wanted: {
    readonly accountId: string;
    readonly path: string;
    readonly mosaic: { readonly id: string } | { readonly name: string };
    readonly targetBytes?: number | undefined;
  }): Promise<Upload>;
  list(): readonly Upload[];
  chunks(uploadId: string): readonly UploadChunk[];
  pause(uploadId: string): Promise<void>;
  resume(uploadId: string): Promise<void>;
  retry(uploadId: string): Promise<void>;
  cancel(uploadId: string): Promise<void>;
  remove(uploadId: string): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
}

export interface UploadsPortsOfWindow {
  readonly uploads: UploadsPort;
  readonly activeAccount: () => string;
  /** The file of an opened raster; throws when it is not open. */
  readonly pathOf: (rasterId: string) => string;
}

export function uploadsHandlers({
  uploads,
  activeAccount,
  pathOf,
}: UploadsPortsOfWindow): AreaHandlers<'uploads'> {
  return {
    'uploads.plan': async ({ rasterId, mosaicId, targetBytes }) => {
      const path = pathOf(rasterId);
      const preview = await uploads.preview({ accountId: activeAccount(), path, mosaicId, targetBytes });
      return { rasterId, ...preview };
    },
    'uploads.start': ({ rasterId, mosaic, targetBytes }) =>
      uploads.start({ accountId: activeAccount(), path: pathOf(rasterId), mosaic, targetBytes }),
    'uploads.list': () => uploads.list(),
    'uploads.chunks': ({ uploadId }) => uploads.chunks(uploadId),
    'uploads.pause': ({ uploadId }) => uploads.pause(uploadId),
    'uploads.resume': ({ uploadId }) => uploads.resume(uploadId),
    'uploads.cancel': ({ uploadId }) => uploads.cancel(uploadId),
    'uploads.retry': ({ uploadId }) => uploads.retry(uploadId),
    'uploads.pauseAll': () => uploads.pauseAll(),
    'uploads.resumeAll': () => uploads.resumeAll(),
    'uploads.remove': ({ uploadId }) => uploads.remove(uploadId),
  };
}
