/** One SQL script for each version of the schema, in order; those that have been released are never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    is_default INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    updated TEXT NOT NULL
  ) STRICT;

  CREATE TABLE mosaics (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE images (
    id TEXT PRIMARY KEY,
    mosaic_id TEXT NOT NULL REFERENCES mosaics(id) ON DELETE CASCADE,
    -- Order of arrival: where images overlap, the latest lies on top.
    sequence INTEGER NOT NULL UNIQUE,
    filename TEXT NOT NULL,
    -- Absolute path of a linked image; NULL for one that the engine stores as files/<id>.tif.
    linked_path TEXT,
    file_size INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    profile TEXT NOT NULL,
    footprint TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    tiles_ready INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX images_of_mosaic ON images(mosaic_id, sequence);
  CREATE INDEX images_by_status ON images(status);

  CREATE TABLE processings (
    id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    model_id TEXT NOT NULL,
    geometry TEXT NOT NULL,
    params TEXT NOT NULL,
    blocks TEXT NOT NULL,
    meta TEXT NOT NULL,
    status TEXT NOT NULL,
    -- 0 to 1
    progress REAL NOT NULL DEFAULT 0,
    area REAL NOT NULL,
    cost REAL NOT NULL,
    messages TEXT NOT NULL DEFAULT '[]',
    -- What was decided once for all parts: images, working grid, detector context.
    plan TEXT,
    feature_count INTEGER,
    review TEXT,
    rating TEXT,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    completed TEXT
  ) STRICT;
  CREATE INDEX processings_of_project ON processings(project_id, sequence);
  CREATE INDEX processings_by_status ON processings(status, sequence);

  CREATE TABLE aois (
    id TEXT PRIMARY KEY,
    processing_id TEXT NOT NULL REFERENCES processings(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    geometry TEXT NOT NULL,
    area REAL NOT NULL
  ) STRICT;
  CREATE INDEX aois_of_processing ON aois(processing_id, position);

  CREATE TABLE partitions (
    processing_id TEXT NOT NULL REFERENCES processings(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    aoi INTEGER NOT NULL,
    row_from INTEGER NOT NULL,
    row_to INTEGER NOT NULL,
    status TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY (processing_id, position)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- GeoTIFFs of the folders that are registered as providers of the catalogue.
  CREATE TABLE scenes (
    id TEXT PRIMARY KEY,
    folder TEXT NOT NULL,
    path TEXT NOT NULL,
    -- The folder below the registered one.
    grouped TEXT NOT NULL,
    filename TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- ms since 1970
    modified REAL NOT NULL,
    -- Profile, footprint and how it was taken; NULL for a file that is no imagery.
    scene TEXT
  ) STRICT;
  CREATE INDEX scenes_of_folder ON scenes(folder);
  -- The password of a tile service, sealed with a key that is not kept here.
  ALTER TABLE processings ADD COLUMN sealed_password TEXT;
  `,
];
