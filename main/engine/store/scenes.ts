import type { Geometry } from '@shared/api';
import type { SceneFacts } from '../catalog/types';
import type { Database } from './database';
import type { ImageProfile } from './images';

/** A GeoTIFF of a registered folder as it was when it was last read. */
export interface SceneRow {
  readonly id: string;
  readonly folder: string;
  readonly path: string;
  readonly group: string;
  readonly filename: string;
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly modified: number;
  /** Null for a file that is no imagery for the engine; it is not read again until it changes. */
  readonly scene: {
    readonly profile: ImageProfile;
    readonly footprint: Geometry;
    readonly facts: SceneFacts;
  } | null;
}

interface Columns {
  id: string;
  folder: string;
  path: string;
  grouped: string;
  filename: string;
  size: number;
  modified: number;
  scene: string | null;
}

/** What is remembered of registered folders, so that a search reads only what is new. */
export class Scenes {
  constructor(private readonly database: Database) {}

  all(): readonly SceneRow[] {
    return this.database
      .prepare<[], Columns>('SELECT * FROM scenes ORDER BY folder, path')
      .all()
      .map(({ grouped, scene, ...columns }) => ({
        ...columns,
        group: grouped,
        scene: scene === null ? null : (JSON.parse(scene) as SceneRow['scene']),
      }));
  }

  /** Replaces what is known of a folder. */
  replace(folder: string, rows: readonly SceneRow[]): void {
    const insert = this.database.prepare(
      `INSERT INTO scenes (id, folder, path, grouped, filename, size, modified, scene)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.database.transaction(() => {
      this.forget(folder);
      for (const row of rows) {
        const scene = row.scene === null ? null : JSON.stringify(row.scene);
        insert.run(row.id, folder, row.path, row.group, row.filename, row.size, row.modified, scene);
      }
    })();
  }

  forget(folder: string): void {
    this.database.prepare('DELETE FROM scenes WHERE folder = ?').run(folder);
  }

  /** The outline of the data, once the pixels have been looked at. */
  setFootprint(id: string, footprint: Geometry): void {
    this.database
      .prepare(`UPDATE scenes SET scene = json_set(scene, '$.footprint', json(?)) WHERE id = ?`)
      .run(JSON.stringify(footprint), id);
  }
}
