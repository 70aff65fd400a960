import { stat } from 'node:fs/promises';
import { boundsOf } from '@shared/api';
import { AppError, toErrorData } from '@shared/errors';
import { projectionFor } from '@shared/geo/crs';
import { ServiceError } from '../http/serviceError';
import { profileOf } from '../imagery/profile';
import { boxOf } from '../blocks/plane';
import type { RasterAccess } from '../rasterAccess';
import type { OpenDatabase } from '../store';
import { readBuildings } from './extract';
import type { LocalDataset, LocalKind } from './types';

/** m; a coarser surface shows no houses */
const coarsestSurface = 5;

const isRaster = (path: string): boolean => /\.tiff?$/i.test(path);

/** What a file has to offer; with `problem` where it cannot be used. */
export async function describeLocal(
  path: string,
  tools: { readonly rasters: RasterAccess; readonly openDatabase: OpenDatabase },
): Promise<LocalDataset> {
  const kind: LocalKind = isRaster(path) ? 'surface' : 'osm';
  let size = 0;
  try {
    ({ size } = await stat(path));
    const found =
      kind === 'surface' ? await surface(path, tools.rasters) : await extract(path, tools.openDatabase);
    return { path, kind, size, ...found };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const misplaced = error instanceof ServiceError && new AppError('local_data.no_place', { path });
    const problem = missing ? new AppError('local_data.missing', { path }) : misplaced || error;
    return { path, kind, size, bounds: null, problem: toErrorData(problem) };
  }
}

async function extract(
  path: string,
  openDatabase: OpenDatabase,
): Promise<Pick<LocalDataset, 'bounds' | 'objects'>> {
  const buildings = await readBuildings(path, openDatabase);
  if (buildings.length === 0) throw new AppError('local_data.no_buildings', { path });
  function* points(): Generator<readonly [number, number]> {
    for (const { rings } of buildings) yield* rings[0] ?? [];
  }
  return { bounds: boxOf(points()), objects: buildings.length };
}

async function surface(
  path: string,
  rasters: RasterAccess,
): Promise<Pick<LocalDataset, 'bounds' | 'gsd' | 'image'>> {
  const raster = await rasters.open(path);
  try {
    const { georeference, bands } = raster.description;
    const projection = georeference.crs && projectionFor(georeference.crs);
    if (!georeference.geotransform || !projection) throw new AppError('local_data.no_place', { path });
    if (bands !== 1) throw new AppError('local_data.not_a_surface', { path, bands });
    const { profile, footprint } = profileOf(raster.description, path, { maxPixelCount: Infinity });
    if (profile.gsd > coarsestSurface) {
      throw new AppError('local_data.too_coarse', {
        path,
        gsd: profile.gsd.toFixed(1),
        most: coarsestSurface,
      });
    }
    const box = boundsOf(footprint);
    return {
      bounds: box && [box.west, box.south, box.east, box.north],
      gsd: profile.gsd,
      image: { path, profile },
    };
  } finally {
    await raster.close();
  }
}
