import type {
  AccountStatus,
  Model,
  Mosaic,
  Processing,
  RasterInfo,
  ResultSummary,
  Upload,
} from '@shared/ipc/types';
import type { Crs, Level, RasterDescription } from '@shared/tiff/types';

/** Plain data as main sends it, with only what a test cares about changed. */

export const utm45: Crs = {
  epsg: 32645,
  proj4: '+proj=utm +zone=45 +datum=WGS84 +units=m +no_defs',
  name: 'WGS 84 / UTM zone 45N',
  kind: 'projected',
  unitFactor: 1,
};

export function level(width: number, height: number): Level {
  return {
    width,
    height,
    tiled: true,
    blockWidth: 256,
    blockHeight: 256,
    columns: Math.ceil(width / 256),
    rows: Math.ceil(height / 256),
    planes: 1,
    file: 0,
    coding: {
      compression: 'none',
      compressionCode: 1,
      predictor: 1,
      byteOrder: 'little',
      fillOrder: 1,
      interleave: 'pixel',
      samplesPerPixel: 3,
      bitsPerSample: 8,
      sampleType: 'uint8',
      photometric: 'rgb',
      ycbcrSubsampling: [1, 1],
      ycbcrCoefficients: null,
      referenceBlackWhite: null,
      jpegTables: null,
      lercParameters: null,
    },
  };
}

export function description(part: Partial<RasterDescription> = {}): RasterDescription {
  return {
    name: 'town.tif',
    fileSize: 3_000_000,
    width: 1024,
    height: 768,
    bands: 3,
    sampleType: 'uint8',
    bitsPerSample: 8,
    bigTiff: false,
    byteOrder: 'little',
    georeference: {
      crs: utm45,
      geotransform: [350_000, 0.5, 0, 3_055_000, 0, -0.5],
      areaOrPoint: 'Area',
      gcps: [],
      from: 'tags',
    },
    nodata: null,
    mask: 'none',
    alphaBand: null,
    palette: null,
    colorInterpretation: ['Red', 'Green', 'Blue'],
    levels: [level(1024, 768)],
    maskLevels: [],
    metadata: {},
    bandMetadata: [],
    otherPages: 0,
    warnings: [],
    ...part,
  };
}

export function raster(id: string, part: Partial<RasterInfo> = {}): RasterInfo {
  return {
    id,
    path: `/images/${id}.tif`,
    name: `${id}.tif`,
    description: description(),
    footprint: { type: 'Polygon', coordinates: [square(85.47, 27.6, 0.005)] },
    bbox: [85.47, 27.6, 85.475, 27.605],
    gsd: 0.5,
    ...part,
  };
}

/** A closed ring of [longitude, latitude], counter-clockwise from the lower left corner. */
export function square(west: number, south: number, side: number): [number, number][] {
  return [
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
    [west, south],
  ];
}

export function upload(id: string, part: Partial<Upload> = {}): Upload {
  return {
    id,
    accountId: 'local',
    path: '/images/a.tif',
    name: 'a.tif',
    mosaicId: 'm1',
    mosaicName: 'a',
    state: 'sending',
    bytesTotal: 1000,
    bytesConfirmed: 250,
    chunksTotal: 4,
    chunksConfirmed: 1,
    chunksFailed: 0,
    rate: 100,
    secondsLeft: 8,
    retryAt: null,
    reducedTo: null,
    position: 1,
    error: null,
    createdAt: '2026-01-01T10:00:00Z',
    finishedAt: null,
    ...part,
  };
}

export const summary: ResultSummary = {
  featureCount: 450,
  bbox: [85.47, 27.6, 85.475, 27.605],
  sizeBytes: 40_000,
  styleName: 'forest',
  fields: ['area', 'class_id'],
};

export function processing(id: string, part: Partial<Processing> = {}): Processing {
  return {
    id,
    accountId: 'local',
    projectId: 'p1',
    name: `job ${id}`,
    modelName: 'Forest',
    status: 'IN_PROGRESS',
    percent: 10,
    area: 250_000,
    cost: null,
    createdAt: '2026-01-01T10:00:00Z',
    updatedAt: '2026-01-01T10:00:00Z',
    messages: [],
    aoi: null,
    resultState: 'none',
    result: null,
    resultError: null,
    ...part,
  };
}

export const forest: Model = {
  id: 'forest',
  name: '🌲 Forest',
  description: '',
  pricePerSqKm: 8,
  available: true,
  blocks: [
    { name: 'Segmentation', displayName: 'Segmentation', description: '', optional: false, price: 8 },
    { name: 'Heights', displayName: 'Heights', description: '', optional: true, price: 10 },
  ],
};

export const buildings: Model = { ...forest, id: 'buildings', name: '🏠 Buildings', available: false };

export function status(part: Partial<AccountStatus> = {}): AccountStatus {
  return {
    accountId: 'local',
    state: 'online',
    credits: null,
    models: [buildings, forest],
    maxUploadBytes: 1e9,
    maxUploadSide: 30_000,
    storageUsedBytes: null,
    storageLimitBytes: null,
    error: null,
    ...part,
  };
}

export function mosaic(id: string, part: Partial<Mosaic> = {}): Mosaic {
  return {
    id,
    name: `mosaic ${id}`,
    tags: [],
    createdAt: '2026-01-01T10:00:00Z',
    imageCount: 1,
    sizeBytes: null,
    footprint: { type: 'Polygon', coordinates: [square(10, 50, 0.01)] },
    ...part,
  };
}
