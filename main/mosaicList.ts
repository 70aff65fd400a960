import { boundsOf, type Image, type Mosaic as ServerMosaic } from '@shared/api';
import { AppError } from '@shared/errors';
import type { Mosaic, MosaicImage } from '@shared/ipc/types';
import type { Geometry } from 'geojson';
import type { Library } from './library';
import type { MapflowClient } from './mapflow';

type WithClient = <T>(accountId: string, work: (client: MapflowClient) => Promise<T>) => Promise<T>;

/** The mosaics of an account: the server's, or the last that is known of them while it is away. */
export class MosaicList {
  readonly #withClient: WithClient;
  readonly #store: Library['mosaics'];

  constructor(withClient: WithClient, store: Library['mosaics']) {
    this.#withClient = withClient;
    this.#store = store;
  }

  async list(accountId: string): Promise<readonly Mosaic[]> {
    try {
      const listed = await this.#withClient(accountId, ({ mosaics }) => mosaics.list());
      this.#store.replaceAll(accountId, listed.map(toMosaic));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    return this.#store.list(accountId);
  }

  async images(accountId: string, mosaicId: string): Promise<readonly MosaicImage[]> {
    try {
      const listed = await this.#withClient(accountId, ({ images }) => images.list(mosaicId));
      this.#store.replaceImages(
        accountId,
        mosaicId,
        listed.map((image) => toImage(image, mosaicId)),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    return this.#store.images(accountId, mosaicId);
  }

  async remove(accountId: string, mosaicId: string): Promise<void> {
    await this.#withClient(accountId, ({ mosaics }) => mosaics.delete(mosaicId));
    this.#store.remove(accountId, mosaicId);
  }

  /** The outline of a mosaic's images as the server tells it; null where it does not. */
  async footprint(accountId: string, mosaicId: string): Promise<Geometry | null> {
    const mosaic = await this.#withClient(accountId, ({ mosaics }) => mosaics.get(mosaicId));
    if (mosaic.footprint) return mosaic.footprint;
    const images = await this.#withClient(accountId, (client) => client.images.list(mosaicId));
    const boxes = images.map((image) => image.footprint && boundsOf(image.footprint));
    if (boxes.length === 0 || boxes.some((box) => !box)) return null;
    return {
      type: 'MultiPolygon',
      coordinates: boxes.flatMap((box) => {
        if (!box) return [];
        const { west, south, east, north } = box;
        return [
          [
            [
              [west, south],
              [east, south],
              [east, north],
              [west, north],
              [west, south],
            ],
          ],
        ];
      }),
    };
  }
}

function toMosaic(mosaic: ServerMosaic): Mosaic {
  return {
    id: mosaic.id,
    name: mosaic.name,
    tags: mosaic.tags,
    createdAt: mosaic.createdAt ?? '',
    imageCount: mosaic.imageCount ?? 0,
    sizeBytes: mosaic.sizeInBytes,
    footprint: mosaic.footprint,
  };
}

function toImage(image: Image, mosaicId: string): MosaicImage {
  return {
    id: image.id,
    mosaicId: image.mosaicId ?? mosaicId,
    filename: image.filename,
    sizeBytes: image.fileSize ?? 0,
    uploadedAt: image.uploadedAt ?? '',
    width: image.metadata?.width ?? 0,
    height: image.metadata?.height ?? 0,
    footprint: image.footprint,
  };
}
