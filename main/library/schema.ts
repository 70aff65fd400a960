/**
 * The library's schema as steps: step n leads from `user_version` n to n + 1. Steps are never edited once released, only
 * added. Accounts have no foreign keys pointing at them on purpose: what was paid for outlives the profile.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('local', 'mapflow')),
    name TEXT NOT NULL,
    base_url TEXT,
    email TEXT,
    scheme TEXT NOT NULL,
    dialect TEXT NOT NULL,
    signed_in INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX accounts_active ON accounts (active) WHERE active = 1;

  CREATE TABLE recent_rasters (
    path TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    opened_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX recent_rasters_opened_at ON recent_rasters (opened_at DESC);

  CREATE TABLE mosaics (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE images (
    account_id TEXT NOT NULL,
    mosaic_id TEXT NOT NULL,
    id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (account_id, mosaic_id, id),
    FOREIGN KEY (account_id, mosaic_id) REFERENCES mosaics (account_id, id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    mosaic_id TEXT,
    mosaic_name TEXT NOT NULL,
    mosaic_tag TEXT NOT NULL,
    state TEXT NOT NULL,
    paused_by TEXT,
    source_size INTEGER NOT NULL,
    source_mtime_ms REAL NOT NULL,
    source_hash TEXT NOT NULL,
    target_bytes INTEGER NOT NULL,
    max_bytes INTEGER NOT NULL,
    max_side INTEGER NOT NULL,
    position INTEGER NOT NULL,
    error TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    lease_pid INTEGER,
    lease_until INTEGER
  ) STRICT;

  CREATE TABLE chunks (
    upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    name TEXT NOT NULL,
    x INTEGER NOT NULL,
    y INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'ambiguous', 'confirmed', 'failed')),
    attempts INTEGER NOT NULL,
    sha1 TEXT,
    image_id TEXT,
    usable INTEGER NOT NULL,
    error TEXT,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (upload_id, idx)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE projects (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    draft TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'lost', 'created', 'refused')),
    processing_id TEXT,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE processings (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    result_state TEXT NOT NULL CHECK (result_state IN ('none', 'fetching', 'ready', 'failed')),
    result TEXT,
    result_error TEXT,
    style_name TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX processings_id ON processings (id);

  CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    body TEXT NOT NULL,
    base TEXT NOT NULL,
    error TEXT,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE bookmarks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE layer_states (
    kind TEXT NOT NULL CHECK (kind IN ('raster', 'result')),
    ref TEXT NOT NULL,
    state TEXT NOT NULL,
    position INTEGER,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (kind, ref)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE base_maps (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    attribution TEXT NOT NULL,
    max_zoom INTEGER NOT NULL,
    allow_local INTEGER NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE uploads ADD COLUMN reduction TEXT;
  ALTER TABLE chunks ADD COLUMN exact INTEGER NOT NULL DEFAULT 1;
  `,
  `
  CREATE TABLE result_versions (
    processing_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    threshold REAL NOT NULL,
    area REAL NOT NULL,
    result TEXT NOT NULL,
    created_at TEXT NOT NULL,
    current INTEGER NOT NULL,
    PRIMARY KEY (processing_id, number)
  ) STRICT, WITHOUT ROWID;
  `,
];
