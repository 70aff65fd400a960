import { expect, test } from 'vitest';
import {
  CatalogRequest,
  CostRequest,
  CreateProcessingRequest,
  parseWkt,
  receive,
  SourceParamsRequest,
  sourceFromV1,
  sourceToV1,
  toLiveCatalogRequest,
  toWkt,
} from '@shared/api';

const square = {
  type: 'Polygon' as const,
  coordinates: [
    [
      [37.615, 55.755],
      [37.625, 55.755],
      [37.625, 55.76],
      [37.615, 55.76],
      [37.615, 55.755],
    ],
  ],
};

test.each([
  { dataProvider: { providerName: 'Mapbox', zoom: 18 } },
  { myImagery: { imageIds: ['img1-uuid', 'img2-uuid'], mosaicId: 'mosaic-uuid' } },
  { imagerySearch: { dataProvider: 'maxar', imageIds: ['image-uuid'], zoom: 18 } },
  {
    userDefined: {
      sourceType: 'XYZ',
      url: 'https://tiles.example.com/{z}/{x}/{y}.png',
      zoom: 18,
      crs: 'EPSG:3857',
      rasterLogin: 'username',
      rasterPassword: 'password',
    },
  },
])('each source of the reference is accepted alone: %j', (source) => {
  expect(SourceParamsRequest.parse(source)).toEqual(source);
});

test('no source, two sources, or an empty one is refused', () => {
  expect(SourceParamsRequest.safeParse({}).success).toBe(false);
  expect(SourceParamsRequest.safeParse({ myImagery: {} }).success).toBe(false);
  expect(
    SourceParamsRequest.safeParse({ myImagery: { mosaicId: 'm' }, dataProvider: { providerName: 'x' } })
      .success,
  ).toBe(false);
});

test('what is sent is strict, what is received is not', () => {
  const body = {
    name: 'Downtown',
    projectId: 'p',
    wdName: '🏠 Buildings',
    description: null,
    geometry: square,
    params: {
      sourceParams: {
        dataProvider: null,
        imagerySearch: null,
        userDefined: null,
        myImagery: { mosaicId: 'm', imageIds: null, colour: 'red' },
      },
      inferenceParams: null,
    },
    meta: { empty: null },
    extra: 1,
  };
  expect(CreateProcessingRequest.safeParse(body).success).toBe(false);
  const received = receive(CreateProcessingRequest, body);
  expect(received.ok && received.value).toEqual({
    name: 'Downtown',
    projectId: 'p',
    wdName: '🏠 Buildings',
    geometry: square,
    params: { sourceParams: { myImagery: { mosaicId: 'm' } } },
    meta: { empty: null },
  });
});

test('a request that lacks something says what', () => {
  const received = receive(CreateProcessingRequest, { projectId: 'p', geometry: square });
  expect(received.ok).toBe(false);
  expect(received.ok ? [] : received.issues.map(({ path }) => path.join('.'))).toContain('name');
  expect(CostRequest.safeParse({ wdId: 'w' }).success).toBe(false);
  expect(CostRequest.safeParse({ wdId: 'w', areaSqKm: 1.5 }).success).toBe(true);
});

test('nesting without end is cut off, not followed', () => {
  let nested: unknown = {};
  for (let i = 0; i < 50_000; i++) nested = { params: nested };
  expect(receive(CreateProcessingRequest, nested).ok).toBe(false);
});

test('v1 parameters are written and read back', () => {
  const source = {
    userDefined: {
      sourceType: 'TMS',
      url: 'https://t/{z}/{x}/{-y}.png',
      zoom: 18,
      crs: 'EPSG:3857',
      rasterLogin: 'me',
    },
  };
  const flat = sourceToV1(source);
  expect(flat).toEqual({
    source_type: 'tms',
    url: 'https://t/{z}/{x}/{-y}.png',
    crs: 'EPSG:3857',
    zoom: '18',
    raster_login: 'me',
  });
  expect(sourceFromV1(flat)).toEqual({
    kind: 'userDefined',
    sourceType: 'TMS',
    url: 'https://t/{z}/{x}/{-y}.png',
    zoom: 18,
    crs: 'EPSG:3857',
    rasterLogin: 'me',
    hasPassword: false,
  });
  expect(sourceFromV1(sourceToV1({ myImagery: { mosaicId: 'm' } }))).toMatchObject({ mosaicId: 'm' });
  expect(sourceFromV1({})).toBeNull();
});

test('the live service takes percent and its own names of products', () => {
  const request = CatalogRequest.parse({
    aoi: square,
    maxCloudCover: 0.1,
    minAoiIntersectionPercent: 0.5,
    productTypes: ['SCENE', 'MOSAIC'],
    limit: 10,
  });
  expect(toLiveCatalogRequest(request)).toMatchObject({
    maxCloudCover: 10,
    minAoiIntersectionPercent: 50,
    productTypes: ['IMAGE', 'MOSAIC'],
    limit: 10,
    sortBy: 'ACQUISITION_DATE',
  });
  expect(CatalogRequest.safeParse({ aoi: square, maxCloudCover: 10 }).success).toBe(false);
});

test.each([
  'POLYGON ((30 10, 40 40, 20 40, 30 10))',
  'SRID=4326;POLYGON((30 10,40 40,20 40,30 10),(30 20,31 21,29 21,30 20))',
  'MULTIPOLYGON(((-1.5 2e-3,3 2,3 4,-1.5 2e-3)))',
])('%s is read and written', (wkt) => {
  const geometry = parseWkt(wkt);
  expect(geometry).not.toBeNull();
  expect(parseWkt(toWkt(geometry!))).toEqual(geometry);
});

test.each([
  '',
  'POINT (1 2)',
  'POLYGON ((1 2, 3',
  'POLYGON((1 2, ...))',
  'POLYGON (("a" 1))',
  'POLYGON EMPTY',
  '[',
])('%j is no area', (wkt) => {
  expect(parseWkt(wkt)).toBeNull();
});
