/** The tables of a GeoPackage. Source: OGC 12-128r17 (GeoPackage 1.3), annexes C and F.3. */

export const APPLICATION_ID = 0x47504b47; // "GPKG"
export const VERSION = 10300;
export const WGS84 = 4326;

/** Node tables in pages of this size take full nodes; larger pages only waste the small tables. */
export const PAGE_SIZE = 4096;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const rtreeName = (layer: string): string => `rtree_${layer}_geom`;

const WGS84_WKT =
  'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],' +
  'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],' +
  'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],' +
  'AUTHORITY["EPSG","4326"]]';

/** The tables that every GeoPackage has. */
export const CORE_TABLES = `
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', ${WGS84}, 'EPSG', ${WGS84}, ${literal(WGS84_WKT)},
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);

CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);

CREATE TABLE gpkg_ogr_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  feature_count INTEGER DEFAULT NULL
);
`;

/** What we say of the result as a whole, as JSON, and of columns that hold JSON. */
export const METADATA_TABLES = `
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  name TEXT,
  title TEXT,
  description TEXT,
  mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL,
  constraint_type TEXT NOT NULL,
  value TEXT,
  min NUMERIC,
  min_is_inclusive BOOLEAN,
  max NUMERIC,
  max_is_inclusive BOOLEAN,
  description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
INSERT INTO gpkg_extensions VALUES
  ('gpkg_metadata', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec130/#extension_metadata', 'read-write'),
  ('gpkg_metadata_reference', NULL, 'gpkg_metadata',
   'http://www.geopackage.org/spec130/#extension_metadata', 'read-write'),
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec130/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec130/#extension_schema', 'read-write');
`;

/** QGIS reads a layer's styles from this table; `useAsDefault` makes it draw the layer so when it is opened. */
export const STYLE_TABLE = `
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)
  VALUES ('layer_styles', 'attributes', 'layer_styles', 0);
`;

/** Keeps the feature count that OGR reads in step with edits. */
export function countTriggers(layer: string): string {
  const change = (sign: '+' | '-'): string =>
    `UPDATE gpkg_ogr_contents SET feature_count = feature_count ${sign} 1 WHERE lower(table_name) = lower(${literal(layer)});`;
  return `
CREATE TRIGGER ${quoted(`trigger_insert_feature_count_${layer}`)} AFTER INSERT ON ${quoted(layer)}
  BEGIN ${change('+')} END;
CREATE TRIGGER ${quoted(`trigger_delete_feature_count_${layer}`)} AFTER DELETE ON ${quoted(layer)}
  BEGIN ${change('-')} END;
`;
}

/** The triggers of the extension gpkg_rtree_index (1.3, F.3): they keep the index in step with edits by any program. */
export function rtreeTriggers(layer: string): string {
  const table = quoted(layer);
  const rtree = quoted(rtreeName(layer));
  const name = (what: string): string => quoted(`${rtreeName(layer)}_${what}`);
  const geometry = 'NEW."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")';
  const noGeometry = '(NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))';
  const put = `INSERT OR REPLACE INTO ${rtree} VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom"));`;
  return `
CREATE TRIGGER ${name('insert')} AFTER INSERT ON ${table} WHEN (${geometry})
  BEGIN ${put} END;
CREATE TRIGGER ${name('update1')} AFTER UPDATE OF "geom" ON ${table}
  WHEN OLD."fid" = NEW."fid" AND (${geometry})
  BEGIN ${put} END;
CREATE TRIGGER ${name('update2')} AFTER UPDATE OF "geom" ON ${table}
  WHEN OLD."fid" = NEW."fid" AND ${noGeometry}
  BEGIN DELETE FROM ${rtree} WHERE id = OLD."fid"; END;
CREATE TRIGGER ${name('update3')} AFTER UPDATE ON ${table}
  WHEN OLD."fid" != NEW."fid" AND (${geometry})
  BEGIN DELETE FROM ${rtree} WHERE id = OLD."fid"; ${put} END;
CREATE TRIGGER ${name('update4')} AFTER UPDATE ON ${table}
  WHEN OLD."fid" != NEW."fid" AND ${noGeometry}
  BEGIN DELETE FROM ${rtree} WHERE id IN (OLD."fid", NEW."fid"); END;
CREATE TRIGGER ${name('delete')} AFTER DELETE ON ${table} WHEN OLD."geom" NOT NULL
  BEGIN DELETE FROM ${rtree} WHERE id = OLD."fid"; END;
`;
}
