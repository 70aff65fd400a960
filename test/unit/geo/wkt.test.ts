import { projectionFor } from '@shared/geo/crs';
import { parseWkt } from '@shared/geo/wkt';
import { crsFromWkt } from '@shared/geo/wktCrs';
import { describe, expect, test } from 'vitest';

const ESRI_WGS84 =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';

describe('well-known text', () => {
  test('is a tree of keywords', () => {
    expect(parseWkt('A["one ""two""", 1.5e3, B[-2], C]')).toEqual({
      keyword: 'A',
      values: ['one "two"', 1500, { keyword: 'B', values: [-2] }, { keyword: 'C', values: [] }],
    });
  });

  test.each(['', 'A[', 'A["x"', 'A[1 2]', '["x"]', 'A[]', 'A["x"]]', `${'A['.repeat(99)}1${']'.repeat(99)}`])(
    'that is broken is none: %s',
    (text) => {
      expect(parseWkt(text)).toBeNull();
    },
  );
});

describe('a system in well-known text', () => {
  test('is its EPSG code where it has one', async () => {
    const text = `PROJCS["x",${ESRI_WGS84},PROJECTION["Transverse_Mercator"],AUTHORITY["EPSG","32633"]]`;
    await expect(crsFromWkt(text)).resolves.toMatchObject({ epsg: 32633, name: 'WGS 84 / UTM zone 33N' });
    await expect(crsFromWkt('GEOGCRS["x",ID["EPSG",4326]]')).resolves.toMatchObject({ epsg: 4326 });
  });

  test('is not the EPSG code of a part', async () => {
    const text = `PROJCS["x",GEOGCS["y",AUTHORITY["EPSG","4326"]],PROJECTION["Mercator_1SP"],UNIT["metre",1]]`;
    await expect(crsFromWkt(text)).resolves.toMatchObject({ epsg: null, kind: 'projected' });
  });

  test('is the horizontal part of a compound', async () => {
    const text = `COMPD_CS["x",${ESRI_WGS84},VERT_CS["height",VERT_DATUM["d",2005]]]`;
    await expect(crsFromWkt(text)).resolves.toMatchObject({ kind: 'geographic', name: 'GCS_WGS_1984' });
  });

  test('has its parameters in its own units', async () => {
    const text = `PROJCS["site",${ESRI_WGS84},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",1000],PARAMETER["Central_Meridian",9],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0],UNIT["Foot_US",0.3048006096012192]]`;
    const crs = await crsFromWkt(text);
    expect(crs).toMatchObject({ epsg: null, kind: 'projected', unitFactor: 0.3048006096012192 });
    const [x, y] = projectionFor(crs!)!.fromLonLat([9, 0]);
    expect(x).toBeCloseTo(1000, 6);
    expect(y).toBeCloseTo(0, 6);
  });

  test('of ISO 19162 is read like the older ones', async () => {
    const text = `PROJCRS["site",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]]],CONVERSION["c",METHOD["Lambert Conic Conformal (2SP)"],PARAMETER["Latitude of false origin",40,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Longitude of false origin",10,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Latitude of 1st standard parallel",30,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Latitude of 2nd standard parallel",50,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Easting at false origin",500,LENGTHUNIT["metre",1]],PARAMETER["Northing at false origin",0,LENGTHUNIT["metre",1]]],CS[Cartesian,2],AXIS["easting",east],AXIS["northing",north],LENGTHUNIT["metre",1]]`;
    const crs = await crsFromWkt(text);
    expect(projectionFor(crs!)!.fromLonLat([10, 40])[0]).toBeCloseTo(500, 6);
  });

  test('of a geostationary satellite knows its height, and how GDAL says it sweeps', async () => {
    const text = (method: string, rest: string): string =>
      `PROJCS["seen",${ESRI_WGS84},PROJECTION["${method}"],PARAMETER["Longitude_Of_Center",-75],PARAMETER["Height",35786023],UNIT["Meter",1.0]${rest}]`;
    const sweptByY = await crsFromWkt(text('Geostationary_Satellite', ''));
    expect(sweptByY?.proj4).toContain('+proj=geos +lon_0=-75 +h=35786023 ');
    expect(sweptByY?.proj4).not.toContain('sweep');
    const extension = ',EXTENSION["PROJ4","+proj=geos +lon_0=-75 +h=35786023 +sweep=x +no_defs"]';
    for (const other of [
      await crsFromWkt(text('Geostationary_Satellite', extension)),
      await crsFromWkt(text('Geostationary Satellite (Sweep X)', '')),
    ]) {
      expect(other?.proj4).toContain('+sweep=x');
      const [lon, lat] = projectionFor(other!)!.toLonLat([-1000000, 2000000]);
      const [x, y] = projectionFor(other!)!.fromLonLat([lon, lat]);
      expect([x, y].map(Math.round)).toEqual([-1000000, 2000000]);
      expect(projectionFor(sweptByY!)!.fromLonLat([lon, lat])[0]).not.toBeCloseTo(x, -2);
    }
  });

  test('of web maps is on the sphere', async () => {
    const text = `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",${ESRI_WGS84},PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`;
    const crs = await crsFromWkt(text);
    const [x, y] = projectionFor(crs!)!.fromLonLat([180, 85.0511287798066]);
    expect(x).toBeCloseTo(20037508.342789, 4);
    expect(y).toBeCloseTo(20037508.342789, 4);
  });

  test('of a site has no place', async () => {
    await expect(crsFromWkt('LOCAL_CS["my site",UNIT["Foot",0.3048]]')).resolves.toEqual({
      epsg: null,
      proj4: null,
      name: 'my site',
      kind: 'local',
      unitFactor: 0.3048,
    });
  });

  test('with a projection that proj4 lacks keeps its name', async () => {
    const text = `PROJCS["mine",${ESRI_WGS84},PROJECTION["Times"],UNIT["Meter",1.0]]`;
    await expect(crsFromWkt(text)).resolves.toMatchObject({ name: 'mine', proj4: null, kind: 'projected' });
  });

  test('that is something else is none', async () => {
    await expect(crsFromWkt('+proj=longlat')).resolves.toBeNull();
    await expect(crsFromWkt('VERT_CS["height"]')).resolves.toBeNull();
  });
});
