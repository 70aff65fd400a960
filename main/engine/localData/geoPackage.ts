import { AppError } from '@shared/errors';
import { crsFromEpsg, projectionFor, type Projection } from '@shared/geo/crs';
import type { Box } from '../blocks/plane';
import type { Database, OpenDatabase } from '../store/database';
import type { RawFeature } from './extract';
import { polygonsOfBlob } from './wkb';

interface Layer {
  readonly name: string;
  readonly column: string;
  readonly code: number | null;
}

/** Features with polygons of all layers of a GeoPackage, those that meet `box` where it has an index. Throws `local_data.*`. */
export async function readGeoPackage(
  path: string,
  openDatabase: OpenDatabase,
  box: Box | undefined,
  add: (feature: RawFeature) => void,
): Promise<void> {
  let database: Database | null = null;
  try {
    database = openDatabase(path);
    database.pragma('query_only = ON');
    for (const layer of layersOf(database)) await readLayer(database, layer, box, add);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('local_data.not_an_extract', { path }, { cause });
  } finally {
    database?.close();
  }
}

function layersOf(database: Database): readonly Layer[] {
  return database
    .prepare<[], Layer>(
      `SELECT c.table_name AS name, g.column_name AS "column",
         CASE WHEN upper(s.organization) = 'EPSG' THEN s.organization_coordsys_id END AS code
       FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name)
       LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE c.data_type = 'features'`,
    )
    .all()
    .filter(({ name }) => !/^(?:lines|multilinestrings|points|other_relations)$/.test(name));
}

const quoted = (name: string): string => `"${name.replace(/"/g, '""')}"`;

async function readLayer(
  database: Database,
  { name, column, code }: Layer,
  box: Box | undefined,
  add: (feature: RawFeature) => void,
): Promise<void> {
  const projection = code === null || code === 4326 ? null : projectionFor(await crsFromEpsg(code));
  if (code !== null && code !== 4326 && projection === null) {
    throw new AppError('local_data.unknown_crs', { name, code });
  }
  const wanted = box === undefined ? null : projected(box, projection);
  const index = `rtree_${name}_${column}`;
  const indexed =
    database
      .prepare<[string], { n: number }>('SELECT count(*) AS n FROM sqlite_master WHERE name = ?')
      .get(index)?.n === 1;
  const where =
    wanted === null || !indexed
      ? ''
      : ` WHERE rowid IN (SELECT id FROM ${quoted(index)} WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)`;
  const values = where === '' || wanted === null ? [] : [wanted[0], wanted[2], wanted[1], wanted[3]];
  const rows = database
    .prepare<number[], Record<string, unknown>>(`SELECT * FROM ${quoted(name)}${where}`)
    .iterate(...values);
  for (const row of rows) {
    const { [column]: blob, ...properties } = row;
    if (!(blob instanceof Uint8Array)) continue;
    const polygons = polygonsOfBlob(blob);
    if (polygons.length === 0) continue;
    add({
      properties,
      polygons: projection
        ? polygons.map((rings) => rings.map((ring) => ring.map((point) => projection.toLonLat(point))))
        : polygons,
    });
  }
}

/** A box in a system's own units: the one around its corners and the middles of its sides. */
function projected([west, south, east, north]: Box, projection: Projection | null): Box {
  if (!projection) return [west, south, east, north];
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2];
  const points = [west, middleX, east].flatMap((x) =>
    [south, middleY, north].map((y) => projection.fromLonLat([x, y])),
  );
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
