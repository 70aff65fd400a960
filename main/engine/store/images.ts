import type { Geometry } from '@shared/api';
import type { Crs, Geotransform } from '@shared/tiff/types';
import type { Sun } from '../imagery/sun';
import { fromJson, type Database } from './database';

/** What the engine keeps of an image's header: enough to answer, to compare and to plan without opening the file. */
export interface ImageProfile {
  /** `EPSG:n`, or the definition where there is no number */
  readonly crs: string;
  readonly system: Crs;
  /** px */
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** numpy's names */
  readonly dtypes: readonly string[];
  readonly nodata: number | null;
  readonly geotransform: Geotransform;
  /** units of the CRS */
  readonly pixelSize: readonly [number, number];
  /** metres on the ground for each pixel, at the image's centre */
  readonly gsd: number;
  /** Where the sun stood over the image's centre; absent where the file does not tell. */
  readonly sun?: Sun;
}

export type ImageState = 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

export interface ImageRow {
  readonly id: string;
  readonly mosaicId: string;
  readonly sequence: number;
  readonly filename: string;
  readonly linkedPath: string | null;
  /** bytes; 0 counts against the quota for a linked image, its real size is told all the same */
  readonly fileSize: number;
  /** sha1 */
  readonly checksum: string;
  readonly uploadedAt: string;
  readonly profile: ImageProfile;
  readonly footprint: Geometry;
  readonly status: ImageState;
  readonly error: string | null;
  readonly tilesReady: boolean;
}

export type NewImage = Omit<ImageRow, 'sequence' | 'status' | 'error' | 'tilesReady'>;

interface Columns {
  id: string;
  mosaic_id: string;
  sequence: number;
  filename: string;
  linked_path: string | null;
  file_size: number;
  checksum: string;
  uploaded_at: string;
  profile: string;
  footprint: string;
  status: ImageState;
  error: string | null;
  tiles_ready: number;
}

function fromColumns(columns: Columns): ImageRow {
  return {
    id: columns.id,
    mosaicId: columns.mosaic_id,
    sequence: columns.sequence,
    filename: columns.filename,
    linkedPath: columns.linked_path,
    fileSize: columns.file_size,
    checksum: columns.checksum,
    uploadedAt: columns.uploaded_at,
    profile: JSON.parse(columns.profile) as ImageProfile,
    footprint: fromJson<Geometry>(columns.footprint, { type: 'MultiPolygon', coordinates: [] }),
    status: columns.status,
    error: columns.error,
    tilesReady: columns.tiles_ready === 1,
  };
}

export class Images {
  constructor(private readonly database: Database) {}

  add(image: NewImage): ImageRow {
    const sequence = this.database
      .prepare<[], { n: number }>('SELECT coalesce(max(sequence), 0) + 1 AS n FROM images')
      .get();
    const row: ImageRow = {
      ...image,
      sequence: sequence?.n ?? 1,
      status: 'PENDING',
      error: null,
      tilesReady: false,
    };
    this.database
      .prepare(
        `INSERT INTO images (id, mosaic_id, sequence, filename, linked_path, file_size, checksum, uploaded_at,
           profile, footprint, status)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        row.id,
        row.mosaicId,
        row.sequence,
        row.filename,
        row.linkedPath,
        row.fileSize,
        row.checksum,
        row.uploadedAt,
        JSON.stringify(row.profile),
        JSON.stringify(row.footprint),
        row.status,
      );
    return row;
  }

  get(id: string): ImageRow | null {
    const found = this.database.prepare<[string], Columns>('SELECT * FROM images WHERE id = ?').get(id);
    return found ? fromColumns(found) : null;
  }

  /** In order of arrival. */
  ofMosaic(mosaicId: string): readonly ImageRow[] {
    return this.database
      .prepare<[string], Columns>('SELECT * FROM images WHERE mosaic_id = ? ORDER BY sequence')
      .all(mosaicId)
      .map(fromColumns);
  }

  first(mosaicId: string): ImageRow | null {
    const found = this.database
      .prepare<[string], Columns>('SELECT * FROM images WHERE mosaic_id = ? ORDER BY sequence LIMIT 1')
      .get(mosaicId);
    return found ? fromColumns(found) : null;
  }

  all(): readonly ImageRow[] {
    return this.database
      .prepare<[], Columns>('SELECT * FROM images ORDER BY sequence')
      .all()
      .map(fromColumns);
  }

  /** Footprints of images that tell where the sun stood. */
  footprintsWithSun(): readonly Geometry[] {
    return this.database
      .prepare<[], { footprint: string }>(
        `SELECT footprint FROM images WHERE json_extract(profile, '$.sun') IS NOT NULL`,
      )
      .all()
      .map(({ footprint }) => JSON.parse(footprint) as Geometry);
  }

  /** Images whose preparation has not ended, also those that a stop of the engine interrupted. */
  unprepared(): readonly ImageRow[] {
    return this.database
      .prepare<[], Columns>(
        `SELECT * FROM images WHERE status IN ('PENDING', 'IN_PROGRESS') ORDER BY sequence`,
      )
      .all()
      .map(fromColumns);
  }

  setStatus(id: string, status: ImageState, error: string | null = null): void {
    this.database.prepare('UPDATE images SET status = ?, error = ? WHERE id = ?').run(status, error, id);
  }

  setPrepared(id: string, footprint: Geometry | null): void {
    this.database
      .prepare(
        `UPDATE images SET status = 'COMPLETED', error = NULL, tiles_ready = 1,
           footprint = coalesce(?, footprint) WHERE id = ?`,
      )
      .run(footprint === null ? null : JSON.stringify(footprint), id);
  }

  rename(id: string, filename: string): void {
    this.database.prepare('UPDATE images SET filename = ? WHERE id = ?').run(filename, id);
  }

  delete(id: string): void {
    this.database.prepare('DELETE FROM images WHERE id = ?').run(id);
  }

  /** bytes of stored images; linked ones lie elsewhere */
  usedBytes(): number {
    const sum = this.database
      .prepare<[], { n: number }>(
        'SELECT coalesce(sum(file_size), 0) AS n FROM images WHERE linked_path IS NULL',
      )
      .get();
    return sum?.n ?? 0;
  }
}
