import { fileURLToPath } from 'node:url';
import { isAbsolute } from 'node:path';
import { boundsOf, type Geometry, type SourceParamsRequest } from '@shared/api';
import { AppError } from '@shared/errors';
import { crsFromEpsg } from '@shared/geo/crs';
import { profileOf } from '../imagery/profile';
import type { SourceImage } from '../imagery/mosaicSource';
import { ServiceError } from '../http/serviceError';
import type { Model } from '../models/types';
import { coverageOf } from '../remote/coverage';
import { checkTileSource, tileSide, type TileSource } from '../remote/tileSource';
import type { Services } from '../services';
import { worldSize } from '../tiles/mercator';
import { overlapsAny } from './area';
import { resolveImages } from './sources';

/** bytes of a fetched tile */
const tileBytes = tileSide * tileSide * 4;
/** bytes that one processing may fetch */
const mostFetched = 4 * 1024 ** 3;

/** A pixel size measured on the ground differs from the nominal one by a little. */
const tolerance = 1.02;

/**
 * Checks the imagery of a processing as far as can be known before it runs, so that what would fail later is told now.
 * Throws `source-validator.*`, `dataloader.*`, `ItemNotFound`, `engine.ProviderNotAvailable`.
 */
export async function checkImagery(
  source: SourceParamsRequest,
  geometry: Geometry,
  model: Model,
  services: Services,
): Promise<void> {
  if (!source.userDefined) {
    checkImages(
      resolveImages(services, source).map(({ profile, footprint }) => ({
        gsd: profile.gsd,
        footprint,
      })),
      geometry,
      model,
    );
  } else if (source.userDefined.sourceType.toUpperCase() === 'LOCAL') {
    const { profile, footprint } = await describeLocal(source.userDefined.url, services);
    checkImages([{ gsd: profile.gsd, footprint }], geometry, model);
  } else {
    await checkTiles(checkTileSource(source.userDefined, model.info.zoom.max), geometry, model);
  }
}

function checkImages(
  images: readonly { readonly gsd: number; readonly footprint: Geometry }[],
  geometry: Geometry,
  model: Model,
): void {
  const coarsest = Math.max(...images.map(({ gsd }) => gsd));
  if (coarsest > model.info.gsd.max * tolerance) {
    throw new ServiceError(400, 'source-validator.PixelSizeTooHigh', {
      actual_res: String(coarsest),
      max_res: String(model.info.gsd.max),
    });
  }
  if (
    !overlapsAny(
      geometry,
      images.map(({ footprint }) => footprint),
    )
  ) {
    throw new ServiceError(400, 'source-validator.NoDataInAOI', {});
  }
}

async function checkTiles(source: TileSource, geometry: Geometry, model: Model): Promise<void> {
  const bounds = boundsOf(geometry);
  const latitude = bounds ? (bounds.north + bounds.south) / 2 : 0;
  const gsdAt = (zoom: number): number =>
    (worldSize / 2 ** zoom / tileSide) * Math.cos((latitude * Math.PI) / 180);
  if (gsdAt(source.zoom) > model.info.gsd.max * tolerance) {
    let needed = source.zoom;
    while (gsdAt(needed) > model.info.gsd.max * tolerance) needed++;
    throw new ServiceError(400, 'source-validator.TooLowZoom', {
      min_zoom: String(needed),
      actual_zoom: String(source.zoom),
    });
  }
  const { wanted, columns, rows } = coverageOf([geometry], source, await crsFromEpsg(source.epsg));
  const size = wanted.length * tileBytes;
  // The second guards the tables of a file whose few tiles lie far apart.
  if (size > mostFetched || columns * rows > 10_000_000) {
    throw new ServiceError(400, 'dataloader.MemoryLimitExceeded', {
      estimated_size: String(Math.round(size / 1e6)),
      allowed_size: String(Math.round(mostFetched / 1e6)),
    });
  }
}

/** A file on this computer as imagery of a processing. */
export async function localImage(
  url: string,
  services: Pick<Services, 'rasters' | 'limits'>,
): Promise<SourceImage> {
  const { path, profile } = await describeLocal(url, services);
  return { path, profile };
}

/** Throws `source-validator.ImageReadError`, `engine.LinkNotAllowed`. */
export async function describeLocal(
  url: string,
  { rasters, limits }: Pick<Services, 'rasters' | 'limits'>,
): Promise<SourceImage & { readonly footprint: Geometry }> {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url;
  if (!isAbsolute(path)) throw new ServiceError(400, 'engine.LinkNotAllowed', { url });
  try {
    const raster = await rasters.open(path);
    await raster.close();
    return { path, ...profileOf(raster.description, path, limits) };
  } catch (error) {
    throw error instanceof AppError ? new ServiceError(400, 'source-validator.ImageReadError', {}) : error;
  }
}
