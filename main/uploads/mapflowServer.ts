import { imageReadiness, type Image, type ImageStatus, type Mosaic, type MosaicStatus } from '@shared/api';
import { isRequestFailure } from './failures';
import type { ImageServer, ListedImage, OutgoingFile } from './ports';

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/** The part of the API's client that uploads use. */
export interface MapflowImages {
  readonly mosaics: {
    create(request: { name: string; tags?: string[] }, options?: Options): Promise<Mosaic>;
    get(mosaicId: string, options?: Options): Promise<Mosaic>;
    list(options?: Options & { readonly tags?: readonly string[] }): Promise<readonly Mosaic[]>;
    status(mosaicId: string, options?: Options): Promise<MosaicStatus>;
    delete(mosaicId: string, options?: Options): Promise<void>;
  };
  readonly images: {
    upload(
      mosaicId: string,
      file: OutgoingFile,
      options?: Options,
    ): Promise<{ readonly imageId: string | null }>;
    list(mosaicId: string, options?: Options): Promise<readonly Image[]>;
    delete(imageId: string, options?: Options): Promise<void>;
  };
  readonly storage: {
    usage(options?: Options): Promise<{ readonly freeBytes: number | null }>;
  };
}

/** Runs work with the account's client of the moment: a new sign-in or a restarted engine has a new one. */
export type WithClient = <T>(work: (client: MapflowImages) => Promise<T>) => Promise<T>;

export function mapflowImageServer(withClient: WithClient): ImageServer {
  return {
    createMosaic: ({ name, tags }, signal) =>
      withClient(({ mosaics }) => mosaics.create({ name, tags: [...tags] }, { signal })),
    mosaicsTagged: async (tag, signal) => {
      const found = await whereSupported(
        withClient(({ mosaics }) => mosaics.list({ signal, tags: [tag] })),
        [],
      );
      // A server that ignores the filter lists everything.
      return found.filter((mosaic) => mosaic.tags.includes(tag));
    },
    mosaicName: async (mosaicId, signal) =>
      (await withClient(({ mosaics }) => mosaics.get(mosaicId, { signal }))).name,
    images: async (mosaicId, signal) => {
      const listed = await withClient(({ images }) => images.list(mosaicId, { signal }));
      const status = await whereSupported(
        withClient(({ mosaics }) => mosaics.status(mosaicId, { signal })),
        null,
      );
      return merge(listed, status?.images ?? null);
    },
    send: (mosaicId, file, signal) => withClient(({ images }) => images.upload(mosaicId, file, { signal })),
    removeImage: (imageId, signal) =>
      unlessGone(withClient(({ images }) => images.delete(imageId, { signal }))),
    removeMosaic: (mosaicId, signal) =>
      unlessGone(withClient(({ mosaics }) => mosaics.delete(mosaicId, { signal }))),
    freeStorage: async (signal) => (await withClient(({ storage }) => storage.usage({ signal }))).freeBytes,
  };
}

/** What is not there any more is removed. */
async function unlessGone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isRequestFailure(error) || error.status !== 404) throw error;
  }
}

/** The reference has no such endpoint; the live service and the engine do. */
async function whereSupported<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isRequestFailure(error) && (error.status === 404 || error.status === 405)) return otherwise;
    throw error;
  }
}

/** Images that are not ready appear in the status alone; where there is no status, what is listed is ready. */
function merge(images: readonly Image[], statuses: readonly ImageStatus[] | null): readonly ListedImage[] {
  const byId = new Map((statuses ?? []).map((status) => [status.imageId, status]));
  const listed = images.map((image): ListedImage => {
    const status = byId.get(image.id);
    byId.delete(image.id);
    return {
      id: image.id,
      filename: image.filename,
      bytes: image.fileSize,
      width: image.metadata?.width ?? null,
      height: image.metadata?.height ?? null,
      sha1: image.checksum,
      crs: image.metadata?.crs ?? null,
      bands: image.metadata?.bands ?? null,
      pixelSize: image.metadata?.pixelSize?.[0] ?? null,
      readiness: status ? imageReadiness(status) : 'usable',
      problem: status?.preprocessingError ?? null,
      uploadedAt: image.uploadedAt,
    };
  });
  const others = [...byId.values()].map((status): ListedImage => ({
    id: status.imageId,
    filename: status.filename,
    bytes: null,
    width: null,
    height: null,
    sha1: null,
    crs: null,
    bands: null,
    pixelSize: null,
    readiness: imageReadiness(status),
    problem: status.preprocessingError,
    uploadedAt: status.uploadedAt,
  }));
  return [...listed, ...others];
}
