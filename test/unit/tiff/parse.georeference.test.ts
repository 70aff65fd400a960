import { openRaster } from '@shared/tiff/open';
import type { RasterDescription, SiblingOpener } from '@shared/tiff/types';
import { describe, expect, test } from 'vitest';
import { greyTags, rawTiff, TYPE, type RawTag } from '../../fixtures/rawTiff';
import { memorySource } from '../../support/fileSource';

const short = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.SHORT, value });
const double = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.DOUBLE, value });
const ascii = (tag: number, value: string): RawTag => ({ tag, type: TYPE.ASCII, value });

/** GeoKeys as a writer lays them out: numbers in place, doubles and texts in their own tags. */
function geoKeys(keys: Readonly<Record<number, number | string>>, minor = 0): RawTag[] {
  const doubles: number[] = [];
  let text = '';
  const entries = Object.entries(keys).map(([key, value]) => {
    if (typeof value === 'string') {
      text += `${value}|`;
      return [Number(key), 34737, value.length + 1, text.length - value.length - 1];
    }
    if (Number.isInteger(value) && value >= 0 && value < 65536) return [Number(key), 0, 1, value];
    doubles.push(value);
    return [Number(key), 34736, 1, doubles.length - 1];
  });
  return [
    short(34735, 1, 1, minor, entries.length, ...entries.flat()),
    ...(doubles.length > 0 ? [double(34736, ...doubles)] : []),
    ...(text === '' ? [] : [ascii(34737, `${text}\0`)]),
  ];
}

type Files = Readonly<Record<string, string>>;

function siblings(files: Files): SiblingOpener {
  return (suffix) => {
    const text = files[suffix];
    return Promise.resolve(
      text === undefined ? null : memorySource(new TextEncoder().encode(text), `a${suffix}`),
    );
  };
}

async function described(tags: readonly RawTag[], files: Files = {}): Promise<RasterDescription> {
  const bytes = rawTiff({ directories: [{ tags: greyTags(20, 10, tags) }] });
  return (await openRaster(memorySource(bytes), siblings(files))).description;
}

const place = [double(33550, 2, 3, 0), double(33922, 1, 1, 0, 100, 200, 0)];

describe('the geotransform', () => {
  const of = async (tags: readonly RawTag[], files: Files = {}) =>
    (await described(tags, files)).georeference;

  test('comes from tiepoint and scale', async () => {
    await expect(of(place)).resolves.toMatchObject({ geotransform: [98, 2, 0, 203, 0, -3], from: 'tags' });
  });

  test('comes from a matrix, rotated or not', async () => {
    const matrix = double(34264, 1, 2, 0, 100, 3, 4, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1);
    await expect(of([matrix])).resolves.toMatchObject({ geotransform: [100, 1, 2, 200, 3, 4] });
  });

  test('is about corners even where the tags are about centres', async () => {
    const georeference = await of([...place, ...geoKeys({ 1025: 2 })]);
    expect(georeference).toMatchObject({ geotransform: [97, 2, 0, 204.5, 0, -3], areaOrPoint: 'Point' });
  });

  test('takes a negative scale for a slip', async () => {
    const upsideDown = [double(33550, 2, -3, 0), double(33922, 0, 0, 0, 100, 200, 0)];
    await expect(of(upsideDown)).resolves.toMatchObject({ geotransform: [100, 2, 0, 200, 0, -3] });
  });

  test('is none for tiepoints alone: they are ground control points', async () => {
    const georeference = await of([double(33922, 0, 0, 0, 1, 2, 3, 10, 0, 0, 11, 2, 3)]);
    expect(georeference.geotransform).toBeNull();
    expect(georeference.gcps).toEqual([
      { pixel: 0, line: 0, x: 1, y: 2, z: 3 },
      { pixel: 10, line: 0, x: 11, y: 2, z: 3 },
    ]);
  });

  test('is none where a number is none', async () => {
    await expect(of([double(33550, 2, NaN, 0), double(33922, 0, 0, 0, 1, 2, 0)])).resolves.toMatchObject({
      geotransform: null,
    });
  });

  const worldFile = '2\n0\n0\n-3\n101\n198.5\n';
  test.each(['.tfw', '.tifw', '.tiffw', '.wld'])(
    'comes from a world file %s where the tags have none',
    async (suffix) => {
      await expect(of([], { [suffix]: worldFile })).resolves.toMatchObject({
        geotransform: [100, 2, 0, 200, 0, -3],
        from: 'world_file',
      });
    },
  );

  test('of the tags wins over a world file, that of the sidecar over both', async () => {
    await expect(of(place, { '.tfw': worldFile })).resolves.toMatchObject({ from: 'tags' });
    const aux = '<PAMDataset><GeoTransform> 1, 2, 0, 3, 0, -4</GeoTransform></PAMDataset>';
    await expect(of(place, { '.tfw': worldFile, '.aux.xml': aux })).resolves.toMatchObject({
      geotransform: [1, 2, 0, 3, 0, -4],
      from: 'aux_xml',
    });
  });

  test.each(['', 'two\n0\n0\n-3\n1\n2', '0\n0\n0\n-3\n1\n2', '1\n2\n3', 'x'.repeat(5000)])(
    'is none where the world file is no world file: %#',
    async (text) => {
      await expect(of([], { '.tfw': text })).resolves.toMatchObject({ geotransform: null, from: 'none' });
    },
  );
});

describe('the coordinate reference system', () => {
  const of = async (keys: Readonly<Record<number, number | string>>, minor = 0) =>
    (await described(geoKeys(keys, minor))).georeference.crs;

  test('is none without keys, and none where keys point outside their tags', async () => {
    expect((await described([])).georeference.crs).toBeNull();
    const broken = [short(34735, 1, 1, 0, 2, 1024, 0, 1, 1, 3080, 34736, 1, 7), double(34736, 1)];
    expect((await described(broken)).georeference.crs).toBeNull();
  });

  test('is the code of a projected or geographic system', async () => {
    await expect(of({ 1024: 1, 3072: 32633 })).resolves.toMatchObject({ epsg: 32633, kind: 'projected' });
    await expect(of({ 1024: 2, 2048: 4326 })).resolves.toMatchObject({ epsg: 4326, kind: 'geographic' });
    await expect(of({ 3072: 32633 })).resolves.toMatchObject({ epsg: 32633 });
  });

  test('keeps a code that is not known yet, with the definition of its parts', async () => {
    const crs = await of({ 1024: 1, 3072: 31000, 2048: 4326, 3075: 1, 3080: 9, 3076: 9001 });
    expect(crs).toMatchObject({ epsg: 31000, kind: 'projected' });
    expect(crs?.proj4).toContain('+proj=tmerc +lat_0=0 +lon_0=9');
  });

  test('takes the successor of a deprecated code that stands alone', async () => {
    await expect(of({ 1024: 1, 3072: 4088 })).resolves.toMatchObject({ epsg: 4087 });
  });

  test('of a registered system in other units is that system no more', async () => {
    const crs = await of({ 1024: 1, 3072: 2853, 3076: 9003 });
    expect(crs).toMatchObject({ epsg: null, unitFactor: expect.closeTo(1200 / 3937, 12) });
    expect(crs?.proj4).toContain('+units=us-ft');
    await expect(of({ 1024: 1, 3072: 2853, 3076: 9001 })).resolves.toMatchObject({
      epsg: 2853,
      unitFactor: 1,
    });
  });

  test('believes the units that Erdas cites', async () => {
    const citation =
      'IMAGINE GeoTIFF Support\n@(#)$RCSfile$\nProjection Name = X\nUnits = international_FeeT\n';
    await expect(of({ 1024: 1, 3072: 2838, 1026: citation })).resolves.toMatchObject({
      epsg: null,
      unitFactor: 0.3048,
    });
  });

  test('is put together from method, parameters, datum and units', async () => {
    const crs = await of({
      1024: 1,
      2048: 4326,
      3072: 32767,
      3074: 32767,
      3075: 8,
      3078: 30.5,
      3079: 50.5,
      3084: 10.5,
      3085: 40.5,
      3086: 1000.5,
      3076: 9002,
      1026: 'my own',
    });
    expect(crs).toEqual({
      epsg: null,
      name: 'my own',
      kind: 'projected',
      unitFactor: 0.3048,
      proj4:
        '+proj=lcc +lat_0=40.5 +lon_0=10.5 +lat_1=30.5 +lat_2=50.5 +x_0=304.9524 +y_0=0 +units=ft +datum=WGS84 +no_defs',
    });
  });

  test('takes a conversion by its code', async () => {
    const crs = await of({ 1024: 1, 2048: 4269, 3072: 32767, 3074: 16133 });
    expect(crs?.proj4).toBe('+proj=utm +zone=33 +south +units=m +ellps=GRS80 +no_defs');
    const known = await of({ 1024: 1, 2048: 4326, 3072: 32767, 3074: 19916 });
    expect(known?.proj4).toContain('+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717');
  });

  test('has the ellipsoid of its numbers where no code tells it', async () => {
    const crs = await of({ 1024: 2, 2048: 32767, 2057: 3396190.5, 2058: 3376200.5 });
    expect(crs?.proj4).toMatch(/^\+proj=longlat \+a=3396190\.5 \+rf=169\.894/);
    const sphere = await of({ 1024: 2, 2048: 32767, 2057: 1737400.5, 2058: 1737400.5 });
    expect(sphere?.proj4).toBe('+proj=longlat +a=1737400.5 +b=1737400.5 +no_defs');
  });

  test('is local where the model is neither', async () => {
    const crs = await of({ 1024: 32767, 1026: 'site grid', 3076: 9002 });
    expect(crs).toEqual({ epsg: null, proj4: null, name: 'site grid', kind: 'local', unitFactor: 0.3048 });
  });

  test('is what ArcGIS writes in its own words', async () => {
    const text =
      'ESRI PE String = PROJCS["mine",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Robinson"],PARAMETER["Central_Meridian",11.0],UNIT["Meter",1.0]]';
    await expect(of({ 1024: 32767, 3073: text })).resolves.toMatchObject({
      name: 'mine',
      kind: 'projected',
      proj4: '+proj=robin +lon_0=11 +x_0=0 +y_0=0 +units=m +datum=WGS84 +no_defs',
    });
  });

  test('is the sphere of ESRI:102113, not the ellipsoid', async () => {
    const crs = await of({ 1024: 1, 3072: 32767, 1026: 'WGS_1984_Web_Mercator' });
    expect(crs?.proj4).toContain('+a=6378137 +b=6378137');
  });

  test('keeps heights in GeoTIFF 1.1 and leaves them out in 1.0', async () => {
    await expect(of({ 1024: 1, 3072: 27700, 4096: 5701 }, 1)).resolves.toMatchObject({ epsg: 7405 });
    await expect(of({ 1024: 1, 3072: 27700, 4096: 5701 }, 0)).resolves.toMatchObject({ epsg: 27700 });
    await expect(of({ 1024: 2, 2048: 4326, 4096: 4979 }, 1)).resolves.toMatchObject({ epsg: 4979 });
  });
});

describe('a sidecar', () => {
  test('adds metadata, nodata and a system, and wins', async () => {
    const aux = `<PAMDataset>
      <SRS>GEOGCS["x",AUTHORITY["EPSG","4258"]]</SRS>
      <Metadata><MDI key="A">from the sidecar</MDI></Metadata>
      <PAMRasterBand band="1">
        <NoDataValue>7</NoDataValue><ColorInterp>Red</ColorInterp><Description>one</Description>
        <Metadata><MDI key="STATISTICS_MEAN">5.5</MDI></Metadata>
      </PAMRasterBand>
      <PAMRasterBand band="9"><NoDataValue>1</NoDataValue></PAMRasterBand>
    </PAMDataset>`;
    const tags = [...geoKeys({ 1024: 2, 2048: 4326 }), ascii(42113, '3\0')];
    const description = await described(tags, { '.aux.xml': aux });
    expect(description).toMatchObject({
      nodata: 7,
      mask: 'nodata',
      colorInterpretation: ['Red'],
      metadata: { A: 'from the sidecar' },
      bandMetadata: [{ DESCRIPTION: 'one', STATISTICS_MEAN: '5.5' }],
      georeference: { crs: { epsg: 4258 } },
      warnings: [],
    });
  });

  test.each(['<PAMDataset>', 'not XML', '<Other/>'])(
    'that is none of GDAL is passed over: %s',
    async (text) => {
      await expect(described(place, { '.aux.xml': text })).resolves.toMatchObject({
        georeference: { from: 'tags' },
      });
    },
  );

  test('that is damaged is a warning, not an error', async () => {
    const description = await described(place, { '.ovr': 'not a TIFF', '.msk': '' });
    expect(description.warnings).toEqual([
      { kind: 'tiff.sidecar_unreadable', params: { file: 'a.ovr', reason: 'tiff.is_text' } },
      { kind: 'tiff.sidecar_unreadable', params: { file: 'a.msk', reason: 'tiff.empty_file' } },
    ]);
  });
});
