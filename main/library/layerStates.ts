import type { KeptLayer } from '@shared/ipc/desk';
import type { Database } from './database';
import { fromJson } from './json';

/** Layers that are not on the map and whose settings are kept all the same. */
const kept = 500;

/** What the user set for each layer, and which of them lie on the map. */
export class LayerStatesRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The layers on the map, the topmost first. */
  onMap(): readonly KeptLayer[] {
    return this.#db
      .all('SELECT * FROM layer_states WHERE position IS NOT NULL ORDER BY position')
      .map((row) => ({
        kind: row.kind === 'result' ? 'result' : 'raster',
        ref: String(row.ref),
        state: fromJson(row.state),
      }));
  }

  /** Null where nothing is known of it. */
  stateOf(kind: KeptLayer['kind'], ref: string): KeptLayer['state'] | null {
    const row = this.#db.get('SELECT state FROM layer_states WHERE kind = :kind AND ref = :ref', {
      kind,
      ref,
    });
    return row && fromJson(row.state);
  }

  /** Takes over the whole list; what left it keeps its settings for a while. */
  keep(layers: readonly KeptLayer[], changedAt: string): void {
    this.#db.transaction(() => {
      this.#db.run('UPDATE layer_states SET position = NULL WHERE position IS NOT NULL');
      for (const [position, { kind, ref, state }] of layers.entries()) {
        this.#db.run(
          `INSERT INTO layer_states (kind, ref, state, position, changed_at)
           VALUES (:kind, :ref, :state, :position, :changedAt)
           ON CONFLICT (kind, ref) DO UPDATE
           SET state = excluded.state, position = excluded.position, changed_at = excluded.changed_at`,
          { kind, ref, state: JSON.stringify(state), position, changedAt },
        );
      }
      this.#db.run(
        `DELETE FROM layer_states WHERE position IS NULL AND (kind, ref) NOT IN
           (SELECT kind, ref FROM layer_states WHERE position IS NULL ORDER BY changed_at DESC LIMIT ${kept})`,
      );
    });
  }
}
