import { toWkt, type Geometry } from '@shared/api';
import { castsShadows } from '../blocks/shadows';
import type { Model } from '../models/types';
import type { AoiRow, ImageRow, MosaicRow, ProcessingRow, ProjectRow } from '../store';
import type { Services } from '../services';

/** The account of the one person who uses the engine. */
export const localUser = { id: '00000000-0000-4000-8000-000000000001', email: 'local@localhost' } as const;

/** When the models came into being: theirs is no history of changes. */
const modelsCreated = '2026-01-01T00:00:00Z';

export function wireModel(
  { info, detector }: Model,
  { localData, store }: Services,
): Record<string, unknown> {
  const sunlit = castsShadows(detector) ? store.images.footprintsWithSun() : null;
  return {
    id: info.id,
    name: info.name,
    description: info.description,
    pricePerSqKm: info.pricePerSqKm,
    created: modelsCreated,
    updated: modelsCreated,
    styleName: info.styleName,
    available: true,
    blocks: info.blocks.map((block) => localData.adjust(block, sunlit)),
  };
}

export function wireProject(project: ProjectRow, services: Services): Record<string, unknown> {
  const { limits, store, models } = services;
  const processings = store.processings.list(project.id);
  const count = (status: string): number => processings.filter((row) => row.status === status).length;
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    isDefault: project.isDefault,
    created: project.created,
    updated: project.updated,
    workflowDefs: models.list().map((model) => wireModel(model, services)),
    user: {
      ...localUser,
      role: 'USER',
      areaLimit: limits.areaLimit,
      aoiAreaLimit: limits.aoiAreaLimit,
      processedArea: Math.round(store.processings.spent().area),
    },
    shareProject: { owners: [{ email: localUser.email, role: 'owner' }], users: [] },
    processingCounts: { succeeded: count('OK'), failed: count('FAILED') },
    total: processings.length,
  };
}

export function wireMosaic(mosaic: MosaicRow, services: Services): Record<string, unknown> {
  const images = services.store.images.ofMosaic(mosaic.id);
  const footprint = collect(images.map((image) => image.footprint));
  return {
    id: mosaic.id,
    name: mosaic.name,
    tags: mosaic.tags,
    created_at: mosaic.createdAt,
    image_count: mosaic.imageCount,
    sizeInBytes: mosaic.sizeInBytes,
    footprint: footprint === null ? null : toWkt(footprint),
    rasterLayer: images.length === 0 ? null : mosaicLayer(mosaic.id, services),
  };
}

function mosaicLayer(id: string, services: Services): Record<string, unknown> {
  const base = `${services.baseUrl()}/layers/mosaics/${id}`;
  return { id, tileUrl: `${base}/tiles/{z}/{x}/{y}.png`, tileJsonUrl: `${base}.json` };
}

/** The imagery that was processed, where it is a mosaic. */
function imageryLayer(row: ProcessingRow, services: Services): Record<string, unknown> | null {
  const id = row.params.sourceParams.myImagery?.mosaicId;
  return id !== undefined && services.store.mosaics.get(id) ? mosaicLayer(id, services) : null;
}

function resultLayer(row: ProcessingRow, services: Services): Record<string, unknown> | null {
  if (row.status !== 'OK') return null;
  const base = `${services.baseUrl()}/layers/${row.id}`;
  return {
    id: row.id,
    name: row.name,
    tileUrl: `${base}/tiles/{z}/{x}/{y}.vector.pbf`,
    tileJsonUrl: `${base}.json`,
  };
}

/** All polygons as one area, without dissolving. */
function collect(areas: readonly Geometry[]): Geometry | null {
  const coordinates = areas.flatMap((area) =>
    area.type === 'Polygon' ? [area.coordinates] : area.coordinates,
  );
  return coordinates.length === 0 ? null : { type: 'MultiPolygon', coordinates };
}

export function wireImage(image: ImageRow, services: Services): Record<string, unknown> {
  const base = `${services.baseUrl()}/rasters/image/${image.id}`;
  const { profile } = image;
  const url = image.linkedPath === null ? `engine://images/${image.id}.tif` : image.linkedPath;
  return {
    id: image.id,
    mosaic_id: image.mosaicId,
    filename: image.filename,
    file_size: image.fileSize,
    checksum: image.checksum,
    uploaded_at: image.uploadedAt,
    image_url: url,
    footprint: toWkt(image.footprint),
    preview_url_s: `${base}/preview/s`,
    preview_url_l: `${base}/preview/l`,
    meta_data: {
      crs: profile.crs,
      count: profile.bands,
      width: profile.width,
      height: profile.height,
      dtypes: profile.dtypes,
      nodata: profile.nodata,
      pixel_size: profile.pixelSize,
    },
    cog_link: null,
    available_for_download: false,
  };
}

export function wireImageStatus(image: ImageRow): Record<string, unknown> {
  return {
    image_id: image.id,
    filename: image.filename,
    preprocessing_status: image.status,
    preprocessing_error: image.error,
    data_available: image.status !== 'FAILED',
    tiles_ready: image.tilesReady,
    uploaded_at: image.uploadedAt,
  };
}

export function wireProcessing(row: ProcessingRow, services: Services): Record<string, unknown> {
  const model = services.models.list().find(({ info }) => info.id === row.modelId);
  const aois = services.store.processings.aois(row.id);
  const running = row.status === 'IN_PROGRESS' || row.status === 'AWAITING';
  const share = running ? services.queue.progressOf(row) : row.progress;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    projectId: row.projectId,
    status: row.status,
    percentCompleted: row.status === 'OK' ? 100 : Math.min(99, Math.floor(share * 100)),
    workflowDef: model ? wireModel(model, services) : null,
    blocks: row.blocks,
    aoiCount: aois.length,
    aoiArea: Math.round(row.area),
    area: Math.round(row.area),
    cost: row.cost,
    created: row.created,
    updated: row.updated,
    completionDate: row.completed,
    messages: row.messages,
    rasterLayer: imageryLayer(row, services),
    vectorLayer: resultLayer(row, services),
    resultRasterLayer: null,
    reviewStatus: row.review,
    rating: row.rating,
    meta: row.meta,
  };
}

/** The four keys, unused ones null. A password is never given back. */
export function wireParamsV2(row: ProcessingRow): Record<string, unknown> {
  const { dataProvider, myImagery, imagerySearch, userDefined } = row.params.sourceParams;
  return {
    sourceParams: {
      dataProvider: dataProvider ? { zoom: null, ...dataProvider } : null,
      myImagery: myImagery ? { imageIds: null, mosaicId: null, ...myImagery } : null,
      imagerySearch: imagerySearch ?? null,
      userDefined: userDefined ? { ...userDefined, rasterPassword: null } : null,
    },
    inferenceParams: row.params.inferenceParams,
  };
}

export function wireAoi(aoi: AoiRow, row: ProcessingRow, services: Services): Record<string, unknown> {
  return {
    id: aoi.id,
    status: row.status,
    percentCompleted: services.queue.areaProgress(row, aoi.position),
    area: Math.round(aoi.area),
    messages: row.messages,
    geometry: aoi.geometry,
  };
}
