import { copied } from './sliceTags';
import { TAG } from './tags';
import type { ByteOrder, Crs, Georeference, Geotransform, PixelWindow, Raster, TiffDirectory } from './types';
import { ascii, doubles, shorts, type WriteTag } from './writeTags';

/** Where a window begins, px of the source. */
type Origin = Pick<PixelWindow, 'x' | 'y'>;

/**
 * The tags that place a window of a raster: its own georeference moved to the window's origin, whether it came from tags or
 * from a file beside the raster, its CRS, ground control points, rational polynomial coefficients and nodata value.
 */
export async function placeTags(raster: Raster, origin: Origin, order: ByteOrder): Promise<WriteTag[]> {
  const { main } = raster.directories;
  const { georeference, nodata } = raster.description;
  const crs = await crsTags(main, georeference, order);
  const point = crs.raster === 'Point';
  const fromTags = georeference.from === 'tags' || (georeference.from === 'none' && hasPlacement(main));
  const placement = fromTags
    ? await movedTags(main, georeference.geotransform, origin, order)
    : georeference.geotransform
      ? transformTags(movedGeotransform(georeference.geotransform, origin), point, order)
      : controlPointTags(georeference, origin, point, order);
  return [
    ...crs.tags,
    ...placement,
    ...(await rpcTags(main, origin, order)),
    ...(await nodataTags(main, nodata, order)),
  ];
}

/** A geotransform seen from another origin: X = g1·x + g2·y + g0, Y = g4·x + g5·y + g3. */
export function movedGeotransform(g: Geotransform, { x, y }: Origin): Geotransform {
  return [g[0] + x * g[1] + y * g[2], g[1], g[2], g[3] + x * g[4] + y * g[5], g[4], g[5]];
}

const hasPlacement = (directory: TiffDirectory): boolean =>
  [TAG.ModelTiepoint, TAG.ModelTransformation].some((tag) => directory.get(tag) !== undefined);

/** The source's own placement tags, moved. PixelIsPoint needs no care: the same whole pixels are added. */
async function movedTags(
  directory: TiffDirectory,
  transform: Geotransform | null,
  { x, y }: Origin,
  order: ByteOrder,
): Promise<WriteTag[]> {
  const tags: WriteTag[] = [];
  const scale = await directory.readValues(TAG.ModelPixelScale);
  const ties = await directory.readValues(TAG.ModelTiepoint);
  const matrix = await directory.readValues(TAG.ModelTransformation);
  if (scale) tags.push(doubles(order, TAG.ModelPixelScale, scale));
  if (ties) {
    // A single tiepoint beside a scale moves on the ground, so that it stays where readers look for it, at pixel (0, 0).
    const isPlaced = scale !== null && transform !== null && ties.length === 6;
    const moved = isPlaced ? movedTiepoint(ties, transform, x, y) : movedControlPoints(ties, x, y);
    tags.push(doubles(order, TAG.ModelTiepoint, moved));
  }
  if (matrix) tags.push(doubles(order, TAG.ModelTransformation, movedMatrix(matrix, x, y)));
  return tags;
}

/** A tiepoint is (column, row, level, X, Y, Z). */
function movedTiepoint(tie: readonly number[], g: Geotransform, x: number, y: number): number[] {
  const moved = [...tie];
  moved[3] = tie[3]! + x * g[1] + y * g[2];
  moved[4] = tie[4]! + x * g[4] + y * g[5];
  return moved;
}

/** Several tiepoints are ground control points, whose pixels move. */
function movedControlPoints(ties: readonly number[], x: number, y: number): number[] {
  const moved = [...ties];
  for (let at = 0; at + 5 < moved.length; at += 6) {
    moved[at] = moved[at]! - x;
    moved[at + 1] = moved[at + 1]! - y;
  }
  return moved;
}

/** A 4 × 4 matrix, row by row: each row's last column takes up the shift. */
function movedMatrix(matrix: readonly number[], x: number, y: number): number[] {
  const moved = [...matrix];
  for (const row of [0, 4, 8]) {
    if (row + 3 < moved.length) moved[row + 3] = matrix[row + 3]! + x * matrix[row]! + y * matrix[row + 1]!;
  }
  return moved;
}

/** Placement tags for a geotransform that came from a world file or an `.aux.xml`. */
export function transformTags(transform: Geotransform, point: boolean, order: ByteOrder): WriteTag[] {
  // PixelIsPoint: the tags place the centre of the first pixel, the geotransform its corner.
  const g = point ? movedGeotransform(transform, { x: 0.5, y: 0.5 }) : transform;
  if (g[2] === 0 && g[4] === 0 && g[1] > 0 && g[5] < 0) {
    return [
      doubles(order, TAG.ModelPixelScale, [g[1], -g[5], 0]),
      doubles(order, TAG.ModelTiepoint, [0, 0, 0, g[0], g[3], 0]),
    ];
  }
  const matrix = [g[1], g[2], 0, g[0], g[4], g[5], 0, g[3], 0, 0, 0, 0, 0, 0, 0, 1];
  return [doubles(order, TAG.ModelTransformation, matrix)];
}

function controlPointTags(
  { gcps }: Georeference,
  { x, y }: Origin,
  point: boolean,
  order: ByteOrder,
): WriteTag[] {
  if (gcps.length === 0) return [];
  const half = point ? 0.5 : 0;
  const values = gcps.flatMap((gcp) => [gcp.pixel - x - half, gcp.line - y - half, 0, gcp.x, gcp.y, gcp.z]);
  return [doubles(order, TAG.ModelTiepoint, values)];
}

interface CrsTags {
  readonly tags: WriteTag[];
  readonly raster: 'Area' | 'Point';
}

/** The source's geographic keys; where it has none, or a file beside it overrules them, keys that name the EPSG code. */
async function crsTags(main: TiffDirectory, georeference: Georeference, order: ByteOrder): Promise<CrsTags> {
  const own: WriteTag[] = [];
  for (const tag of [TAG.GeoKeyDirectory, TAG.GeoDoubleParams, TAG.GeoAsciiParams]) {
    const copy = await copied(main, tag, order);
    if (copy) own.push(copy);
  }
  const keys = await main.readValues(TAG.GeoKeyDirectory);
  const { crs } = georeference;
  const isOverruled = georeference.from === 'aux_xml' && disagrees(keys, crs);
  if (keys && !isOverruled) {
    return { tags: own, raster: keyValue(keys, RASTER_TYPE) === 2 ? 'Point' : 'Area' };
  }
  return { tags: crs ? namedCrs(crs, order) : [], raster: 'Area' };
}

const MODEL_TYPE = 1024;
const RASTER_TYPE = 1025;
const GEOGRAPHIC_CRS = 2048;
const PROJECTED_CRS = 3072;

function namedCrs(crs: Crs, order: ByteOrder): WriteTag[] {
  const isProjected = crs.kind === 'projected';
  if (crs.epsg === null || crs.epsg > 0xffff || (!isProjected && crs.kind !== 'geographic')) return [];
  const keys = [
    [MODEL_TYPE, 0, 1, isProjected ? 1 : 2],
    [RASTER_TYPE, 0, 1, 1],
    [isProjected ? PROJECTED_CRS : GEOGRAPHIC_CRS, 0, 1, crs.epsg],
  ];
  return [shorts(order, TAG.GeoKeyDirectory, [1, 1, 0, keys.length, ...keys.flat()])];
}

function disagrees(keys: readonly number[] | null, crs: Crs | null): boolean {
  if (!keys || crs?.epsg === null || crs?.epsg === undefined) return false;
  const named = keyValue(keys, PROJECTED_CRS) ?? keyValue(keys, GEOGRAPHIC_CRS);
  return named !== crs.epsg;
}

/** The value of a geographic key that is kept in the directory itself. */
function keyValue(keys: readonly number[], key: number): number | undefined {
  for (let at = 4; at + 3 < keys.length; at += 4) {
    if (keys[at] === key && keys[at + 1] === 0) return keys[at + 3];
  }
  return undefined;
}

/** RPCCoefficientTag: error bias, error random, line offset, sample offset, … (GeoTIFF RPC extension). */
async function rpcTags(main: TiffDirectory, { x, y }: Origin, order: ByteOrder): Promise<WriteTag[]> {
  const values = await main.readValues(TAG.RpcCoefficients);
  if (!values || values.length < 4) return [];
  const moved = [...values];
  moved[2] = values[2]! - y;
  moved[3] = values[3]! - x;
  return [doubles(order, TAG.RpcCoefficients, moved)];
}

async function nodataTags(main: TiffDirectory, nodata: number | null, order: ByteOrder): Promise<WriteTag[]> {
  const own = await copied(main, TAG.GdalNodata, order);
  const isOwn = nodata === null || Object.is(parseNodata(await main.readText(TAG.GdalNodata)), nodata);
  if (own && isOwn) return [own];
  return nodata === null ? [] : [ascii(TAG.GdalNodata, nodataText(nodata))];
}

function parseNodata(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  return /nan/i.test(text) ? Number.NaN : Number(text);
}

/** GDAL's words for the values that JavaScript writes otherwise. */
function nodataText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}
