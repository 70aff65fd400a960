import { expect, test } from 'vitest';
import {
  AoisResponse,
  CatalogResponse,
  CostResponse,
  ImageResponse,
  imageReadiness,
  ImageStatusResponse,
  isSettled,
  MosaicResponse,
  MosaicStatusResponse,
  ProcessingResponse,
  ProcessingsPageResponse,
  ProcessingsResponse,
  ProjectResponse,
  StatsResponse,
  StorageResponse,
  UploadResponse,
  UserStatusResponse,
} from '@shared/api';

/** The examples are those of the published reference and the forms that live clients have seen, with made-up values. */

test('user status: the reference nests the user', () => {
  const status = UserStatusResponse.parse({
    user: { id: 'user-uuid', email: 'user@example.com', credits: 5000 },
    models: [{ id: 'model-uuid', name: '🏠 Buildings', pricePerSqKm: 15.0, blocks: [] }],
  });
  expect(status).toMatchObject({
    userId: 'user-uuid',
    email: 'user@example.com',
    remainingCredits: 5000,
    billingType: 'CREDITS',
    areaLimit: null,
  });
  expect(status.models[0]).toMatchObject({ name: '🏠 Buildings', pricePerSqKm: 15, available: true });
});

test('user status: the live service is flat, numbers its billing types and prices blocks', () => {
  const status = UserStatusResponse.parse({
    email: 'a@b.c',
    processedArea: 45221388394,
    remainingArea: 54778611606,
    remainingCredits: 2450,
    areaLimit: 100000000000,
    maxAoisPerProcessing: 0,
    memoryLimit: 1000000000,
    billingType: 1,
    models: [
      {
        id: 'm',
        name: '🏠 Buildings',
        description: '..',
        blocks: [
          { name: 'Segmentation', description: 'a', optional: 0, price: '10.0' },
          { name: 'Classification', description: 'b', optional: true, price: 0.5 },
        ],
      },
    ],
    teams: [],
    dataProviders: [
      {
        id: '1',
        name: 'mapbox',
        displayName: 'Mapbox',
        previewUrlMaxZoom: 19,
        price: [{ zoom: 18, priceSqKm: 1.2 }],
      },
    ],
    searchDataProviders: [{ name: 'cg', minAreaSqkm: 5 }],
    reviewWorkflowEnabled: false,
    somethingNew: { kept: true },
  });
  expect(status).toMatchObject({
    userId: null,
    billingType: 'AREA',
    maxAoisPerProcessing: null,
    memoryLimit: 1e9,
    somethingNew: { kept: true },
  });
  expect(status.models[0]?.pricePerSqKm).toBe(10);
  expect(status.models[0]?.blocks[0]).toMatchObject({
    displayName: 'Segmentation',
    optional: false,
    price: 10,
  });
  expect(status.dataProviders[0]?.price[0]).toEqual({ zoom: 18, priceSqKm: 1.2 });
  expect(status.searchDataProviders[0]).toMatchObject({ displayName: 'cg', minAreaSqKm: 5 });
});

test('user status: something else is not taken for one', () => {
  expect(UserStatusResponse.safeParse({ message: 'hello' }).success).toBe(false);
  expect(UserStatusResponse.safeParse([]).success).toBe(false);
});

test('project: the reference gives three fields, the live service owners and counts', () => {
  expect(
    ProjectResponse.parse({ id: 'p', name: 'Urban Analysis 2026', description: 'Building footprints' }),
  ).toMatchObject({ isDefault: false, owner: null, members: [], workflowDefs: [] });
  const live = ProjectResponse.parse({
    id: 'p',
    name: 'n',
    description: null,
    isDefault: true,
    shareProject: { owners: [], users: [{ email: 'u@x', role: 'readonly' }] },
    user: { id: 'u', email: 'o@x', role: 'USER', areaLimit: 1, aoiAreaLimit: 25000000 },
    processingCounts: null,
    updated: '2026-01-02T03:04:05.678901',
  });
  expect(live).toMatchObject({
    description: '',
    isDefault: true,
    owner: { aoiAreaLimit: 25000000 },
    members: [{ email: 'u@x', role: 'readonly' }],
    updated: '2026-01-02T03:04:05.678Z',
  });
});

test('processing: the reference’s answer to a create', () => {
  expect(
    ProcessingResponse.parse({
      id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      name: 'Downtown Buildings',
      status: 'IN_PROGRESS',
      percentCompleted: 0,
      cost: 150,
      created: '2026-02-10T10:30:00Z',
    }),
  ).toMatchObject({ status: 'IN_PROGRESS', cost: 150, source: null, review: null, messages: [], blocks: [] });
});

test('processing: the live form with four source keys, three of them null', () => {
  const processing = ProcessingResponse.parse({
    id: 'x',
    name: 'n',
    cost: '23',
    status: 'IN_PROGRESS',
    reviewStatus: null,
    rating: null,
    percentCompleted: 0,
    params: {
      sourceParams: {
        imagerySearch: null,
        myImagery: null,
        dataProvider: { providerName: 'Mapbox', zoom: null },
        userDefined: null,
      },
      inferenceParams: null,
    },
    blocks: [{ name: 'OSM', enabled: false, displayName: 'Merge with OpenStreetMap' }],
    meta: { source: '🌍 mapbox satellite', 'source-app': 'qgis', version: '3.5.1' },
    messages: [],
    created: '2026-04-23T14:02:11.729870Z',
    workflowDef: { id: 'w', name: '🏠 Buildings', pricePerSqKm: 0.0, blocks: [] },
  });
  expect(processing).toMatchObject({
    cost: 23,
    source: { kind: 'dataProvider', providerName: 'Mapbox', zoom: null },
    created: '2026-04-23T14:02:11.729Z',
    blocks: [{ name: 'OSM', enabled: false, displayName: 'Merge with OpenStreetMap' }],
  });
});

test('processing: a password that the service sends back is nowhere in what is kept', () => {
  const processing = ProcessingResponse.parse({
    id: 'x',
    name: 'n',
    status: 'OK',
    params: {
      sourceParams: {
        userDefined: {
          sourceType: 'XYZ',
          url: 'https://t/{z}/{x}/{y}.png',
          zoom: 18,
          crs: 'epsg:3857',
          rasterLogin: 'me',
          rasterPassword: 'hunter2',
        },
      },
    },
    meta: { rasterPassword: 'hunter2', note: 'kept' },
  });
  expect(processing.source).toEqual({
    kind: 'userDefined',
    sourceType: 'XYZ',
    url: 'https://t/{z}/{x}/{y}.png',
    zoom: 18,
    crs: 'epsg:3857',
    rasterLogin: 'me',
    hasPassword: true,
  });
  expect(JSON.stringify(processing)).not.toContain('hunter2');
  const flat = ProcessingResponse.parse({
    id: 'x',
    status: 'OK',
    params: { url: 'https://t/{z}/{x}/{y}', source_type: 'tms', raster_password: 'hunter2', zoom: '17' },
  });
  expect(flat.source).toMatchObject({ kind: 'userDefined', sourceType: 'TMS', zoom: 17, hasPassword: true });
  expect(JSON.stringify(flat)).not.toContain('hunter2');
});

test('processing: review status as a string and as an object', () => {
  const base = { id: 'x', status: 'OK' };
  expect(ProcessingResponse.parse({ ...base, reviewStatus: 'IN_REVIEW' }).review?.status).toBe('IN_REVIEW');
  const rejected = ProcessingResponse.parse({
    ...base,
    reviewStatus: { reviewStatus: 'NOT_ACCEPTED', inReviewUntil: '2026-05-01T00:00:00', feedback: 'roofs' },
  });
  expect(rejected.review).toEqual({
    status: 'NOT_ACCEPTED',
    inReviewUntil: '2026-05-01T00:00:00.000Z',
    feedback: 'roofs',
  });
  expect(isSettled(rejected)).toBe(false);
  expect(isSettled(ProcessingResponse.parse(base))).toBe(true);
});

test('processing: a status that nobody knows yet is kept and not final', () => {
  const processing = ProcessingResponse.parse({ id: 'x', status: 'HIBERNATING' });
  expect(processing.status).toBe('HIBERNATING');
  expect(isSettled(processing)).toBe(false);
});

test('processing: messages with parameters or params', () => {
  const { messages } = ProcessingResponse.parse({
    id: 'x',
    status: 'FAILED',
    messages: [
      {
        code: 'source-validator.PixelSizeTooHigh',
        parameters: { max_res: '1.2', level: 'error', actual_res: '5.62' },
      },
      { code: 'TOO_LARGE_PROCESSING', params: { area: 48669864 }, message: 'too large' },
    ],
  });
  expect(messages).toEqual([
    {
      code: 'source-validator.PixelSizeTooHigh',
      parameters: { max_res: '1.2', level: 'error', actual_res: '5.62' },
    },
    { code: 'TOO_LARGE_PROCESSING', parameters: { area: '48669864', message: 'too large' } },
  ]);
});

test('one broken member does not hide the others of a list', () => {
  const list = ProcessingsResponse.parse([
    { id: 'uuid-1', name: 'Processing 1', projectId: 'p', status: 'OK', percentCompleted: 100 },
    { name: 'no id' },
    { id: 'uuid-2', name: 'Processing 2', status: 'IN_PROGRESS', percentCompleted: 'many' },
  ]);
  expect(list.map(({ id, percentCompleted }) => [id, percentCompleted])).toEqual([
    ['uuid-1', 100],
    ['uuid-2', 0],
  ]);
  expect(ProcessingsResponse.safeParse({ results: [] }).success).toBe(false);
});

test('pages', () => {
  const page = ProcessingsPageResponse.parse({ results: [{ id: 'a', status: 'OK' }], total: 40, count: 1 });
  expect(page.total).toBe(40);
  expect(page.results).toHaveLength(1);
});

test('cost: a bare number, or one in quotes', () => {
  expect(CostResponse.parse(150)).toBe(150);
  expect(CostResponse.parse('15.5')).toBe(15.5);
  expect(CostResponse.safeParse('<html>').success).toBe(false);
});

test('mosaic: reference and live', () => {
  expect(
    MosaicResponse.parse({
      id: '6ee95ae6',
      name: 'Aerial Survey 2024',
      tags: ['agriculture', 'spring'],
      created_at: '2024-03-15T10:30:00Z',
      image_count: 15,
    }),
  ).toMatchObject({ imageCount: 15, createdAt: '2024-03-15T10:30:00.000Z', footprint: null });
  expect(
    MosaicResponse.parse({
      id: 'm',
      name: 'n',
      tags: null,
      created_at: '2024-03-15T10:30:00.123456',
      sizeInBytes: 17,
      footprint: 'MULTIPOLYGON (((1 2, 3 2, 3 4, 1 2)), ((5 6, 7 6, 7 8, 5 6)))',
      rasterLayer: { tileUrl: 'https://t/{z}/{x}/{y}.png', tileJsonUrl: 'https://t.json' },
      status_summary: { total: 4 },
    }),
  ).toMatchObject({
    tags: [],
    imageCount: 4,
    sizeInBytes: 17,
    footprint: {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [1, 2],
            [3, 2],
            [3, 4],
            [1, 2],
          ],
        ],
        [
          [
            [5, 6],
            [7, 6],
            [7, 8],
            [5, 6],
          ],
        ],
      ],
    },
    rasterLayer: { tileUrl: 'https://t/{z}/{x}/{y}.png' },
  });
});

test('image: preview addresses of the server are not taken over', () => {
  const image = ImageResponse.parse({
    id: 'i',
    mosaic_id: 'm',
    filename: 'area-1101712.tif',
    file_size: 68417439,
    uploaded_at: '2024-03-15T10:35:00Z',
    footprint: 'POLYGON((1.9915 48.7643, ...))',
    preview_url_s: 'http://127.0.0.1:8080/rest/rasters/image/i/preview/s',
    preview_url_l: 'http://127.0.0.1:8080/rest/rasters/image/i/preview/l',
    checksum: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    meta_data: {
      crs: 'EPSG:32631',
      width: 5589,
      height: 4079,
      count: 3,
      dtypes: ['uint8'],
      pixel_size: [0.3, -0.3],
    },
  });
  expect(image).toMatchObject({
    fileSize: 68417439,
    footprint: null,
    metadata: { crs: 'EPSG:32631', bands: 3, pixelSize: [0.3, 0.3], nodata: null },
  });
  expect(JSON.stringify(image)).not.toContain('127.0.0.1');
});

test('upload: with an image, and with a mosaic alone', () => {
  expect(UploadResponse.parse({ id: 'i', mosaic_id: 'm', filename: 'o.tif', file_size: 5 })).toEqual({
    imageId: 'i',
    mosaicId: 'm',
    filename: 'o.tif',
    fileSize: 5,
  });
  expect(UploadResponse.parse({ message: 'Files successfully uploaded', mosaic_id: 'm' })).toMatchObject({
    imageId: null,
    mosaicId: 'm',
  });
  expect(UploadResponse.safeParse({ message: 'hm' }).success).toBe(false);
});

test('image status: usable only when the data are there and preparation has ended', () => {
  const status = (preprocessing_status: string, data_available: boolean) =>
    ImageStatusResponse.parse({ image_id: 'i', filename: 'f', preprocessing_status, data_available });
  expect(imageReadiness(status('COMPLETED', true))).toBe('usable');
  expect(imageReadiness(status('NONE', true))).toBe('usable');
  expect(imageReadiness(status('NONE', false))).toBe('waiting');
  expect(imageReadiness(status('PENDING', true))).toBe('waiting');
  expect(imageReadiness(status('FAILED', false))).toBe('failed');
  expect(
    MosaicStatusResponse.parse({ mosaic_id: 'm', total_images: 1, images: [{ image_id: 'i' }] }).images[0],
  ).toMatchObject({ imageId: 'i', preprocessingStatus: 'NONE' });
});

test('storage: both sets of names; no limit is not a limit of zero', () => {
  expect(
    StorageResponse.parse({
      used_bytes: 5368709120,
      limit_bytes: 10737418240,
      used_gb: 5.0,
      limit_gb: 10.0,
      usage_percent: 50.0,
    }),
  ).toEqual({
    usedBytes: 5368709120,
    limitBytes: 10737418240,
    freeBytes: 5368709120,
    maxUploadFileSize: null,
    maxPixelCount: null,
  });
  expect(
    StorageResponse.parse({
      memoryLimit: null,
      memoryUsed: 524288000,
      memoryFree: null,
      maxUploadFileSize: 10737418240,
      maxPixelCount: 100000,
    }),
  ).toMatchObject({ usedBytes: 524288000, limitBytes: null, freeBytes: null, maxPixelCount: 100000 });
});

test('catalogue: a list in the reference, a page in the live service; types in any case', () => {
  const scene = {
    id: 'JL1GF03A',
    productType: 'Scene',
    acquisitionDate: '2022-06-07T13:27:33Z',
    pixelResolution: 1.06,
    cloudCover: 0.09,
    offNadirAngle: -3.91,
    providerName: 'CG',
    previewType: 'PNG',
    previewUrl: 'https://example.com/preview.jpg',
    footprint: {
      type: 'Polygon',
      coordinates: [
        [
          [76.5, 43.3],
          [76.6, 43.3],
          [76.6, 43.4],
          [76.5, 43.3],
        ],
      ],
    },
  };
  expect(CatalogResponse.parse([scene])).toMatchObject({
    total: 1,
    images: [{ product: 'scene', cloudCover: 0.09, previewType: 'png' }],
  });
  const page = CatalogResponse.parse({
    images: [
      {
        ...scene,
        productType: 'MOSAIC',
        pixelResolution: 0.0,
        cloudCover: 20,
        zoom: '18',
        previewType: 'hologram',
        previews: '[{"url":"https://x","geometry":null}]',
      },
    ],
    total: 31,
    limit: 10,
    offset: 20,
  });
  expect(page).toMatchObject({
    total: 31,
    offset: 20,
    images: [
      {
        product: 'mosaic',
        pixelResolution: null,
        cloudCover: 0.2,
        zoom: 18,
        previewType: null,
        previews: [{ url: 'https://x' }],
      },
    ],
  });
});

test('history and areas', () => {
  expect(
    StatsResponse.parse({
      results: [{ projectName: 'p', name: 'n', area: 1, cost: 2, status: 'OK', archived: false }],
      total: 9,
      totalCost: 2,
    }),
  ).toMatchObject({ total: 9, totalCost: 2, results: [{ name: 'n', cost: 2 }] });
  expect(
    AoisResponse.parse([
      { id: 'a', status: 'OK', percentCompleted: 100, area: 5, messages: [], geometry: null },
    ]),
  ).toMatchObject([{ id: 'a', area: 5 }]);
});
