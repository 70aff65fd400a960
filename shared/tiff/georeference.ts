import type { AuxXml } from './auxXml';
import { crsFromGeoKeys } from './geoKeyCrs';
import { KEY, readGeoKeys, type GeoKeys } from './geoKeys';
import { LIMITS } from './limits';
import { TAG } from './tags';
import type { TagValues } from './tagValues';
import type { Georeference, Geotransform, GroundControlPoint } from './types';

/**
 * Where the raster lies, from the sources in GDAL's default order: `.aux.xml`, the tags, a world file.
 * @param worldFile reads the geotransform of a world file; asked only where nothing better is known
 */
export async function readGeoreference(
  tags: TagValues,
  aux: AuxXml | null,
  worldFile: () => Promise<Geotransform | null>,
): Promise<Georeference> {
  const keys = await readGeoKeys(tags);
  const stated = keys?.number(KEY.RasterType);
  const tiedTo = stated === 2 ? 'Point' : 'Area';
  const areaOrPoint = stated === undefined ? (aux?.areaOrPoint ?? tiedTo) : tiedTo;
  const tagged = await readGeotransform(tags, tiedTo);
  const crs = aux?.crs ?? (await crsOfKeys(keys));
  const common = { areaOrPoint, crs } as const;
  const taggedGcps = tagged ? [] : await readGcps(tags, tiedTo);
  const gcps = aux && aux.gcps.length > 0 ? aux.gcps : taggedGcps;
  const gcpCrs = aux && aux.gcps.length > 0 ? aux.gcpCrs : crs;
  if (aux?.geotransform) return { ...common, gcps, geotransform: aux.geotransform, from: 'aux_xml' };
  if (aux && aux.gcps.length > 0) return { areaOrPoint, crs: gcpCrs, gcps, geotransform: null, from: 'none' };
  if (tagged) return { ...common, gcps, geotransform: tagged, from: 'tags' };
  const geotransform = await worldFile();
  return { ...common, gcps, geotransform, from: geotransform ? 'world_file' : 'none' };
}

async function crsOfKeys(keys: GeoKeys | null) {
  return keys && crsFromGeoKeys(keys);
}

/**
 * ModelTiepoint with ModelPixelScale, or ModelTransformation. With RasterPixelIsPoint the tiepoint is the centre of a
 * pixel; a geotransform is about corners, half a pixel away.
 */
async function readGeotransform(
  tags: TagValues,
  areaOrPoint: 'Area' | 'Point',
): Promise<Geotransform | null> {
  const transform = await readRawTransform(tags);
  if (!transform || !transform.every(Number.isFinite)) return null;
  if (areaOrPoint === 'Area') return transform;
  const [x, a, b, y, d, e] = transform;
  return [x - (a + b) / 2, a, b, y - (d + e) / 2, d, e];
}

async function readRawTransform(tags: TagValues): Promise<Geotransform | null> {
  const [across = 0, down = 0] = (await tags.numbers(TAG.ModelPixelScale, 3)) ?? [];
  if (across !== 0 && down !== 0) {
    const tie = await tags.numbers(TAG.ModelTiepoint, 6);
    if (!tie || tie.length < 6) return null;
    const [column, row, , x, y] = tie as [number, number, number, number, number];
    // A negative scale is taken for a slip, not for a raster that is upside down: so does GDAL.
    const step = -Math.abs(down);
    return [x - column * across, across, 0, y - row * step, 0, step];
  }
  const m = await tags.numbers(TAG.ModelTransformation, 16);
  if (m?.length !== 16) return null;
  return [m[3], m[0], m[1], m[7], m[4], m[5]] as unknown as Geotransform;
}

async function readGcps(tags: TagValues, areaOrPoint: 'Area' | 'Point'): Promise<GroundControlPoint[]> {
  const ties = (await tags.numbers(TAG.ModelTiepoint, 6 * LIMITS.groundControlPoints)) ?? [];
  const shift = areaOrPoint === 'Point' ? 0.5 : 0;
  return Array.from({ length: Math.floor(ties.length / 6) }, (_, index) => {
    const [pixel, line, , x, y, z] = ties.slice(index * 6, index * 6 + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return { pixel: pixel + shift, line: line + shift, x, y, z };
  });
}
