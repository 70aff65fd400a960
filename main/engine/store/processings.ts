import { randomUUID } from 'node:crypto';
import type { Geometry, SourceParamsRequest } from '@shared/api';
import { orderKey } from '@shared/orderKey';
import { fromJson, type Database } from './database';

export type Status = 'UNPROCESSED' | 'IN_PROGRESS' | 'AWAITING' | 'OK' | 'FAILED' | 'CANCELLED' | 'REFUNDED';

export interface StoredMessage {
  readonly code: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface StoredBlock {
  readonly name: string;
  readonly enabled: boolean;
  readonly displayName: string;
}

export interface StoredParams {
  readonly sourceParams: SourceParamsRequest;
  readonly inferenceParams: Readonly<Record<string, unknown>> | null;
}

export interface StoredReview {
  readonly reviewStatus: 'ACCEPTED' | 'NOT_ACCEPTED' | 'IN_REVIEW' | 'REFUNDED';
  readonly inReviewUntil: string | null;
  readonly feedback: string | null;
}

export interface StoredRating {
  readonly rating: number;
  readonly feedback: string | null;
}

export interface ProcessingRow {
  readonly id: string;
  readonly sequence: number;
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  readonly modelId: string;
  readonly geometry: Geometry;
  readonly params: StoredParams;
  readonly blocks: readonly StoredBlock[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly status: Status;
  /** 0–1 */
  readonly progress: number;
  /** m² */
  readonly area: number;
  /** credits */
  readonly cost: number;
  readonly messages: readonly StoredMessage[];
  /** JSON of what was decided once for all parts; null until the processing is planned */
  readonly plan: string | null;
  readonly featureCount: number | null;
  readonly review: StoredReview | null;
  readonly rating: StoredRating | null;
  readonly created: string;
  readonly updated: string;
  readonly completed: string | null;
}

export interface AoiRow {
  readonly id: string;
  readonly position: number;
  readonly geometry: Geometry;
  /** m² */
  readonly area: number;
}

export interface PartitionRow {
  readonly position: number;
  /** Which area of the processing it belongs to. */
  readonly aoi: number;
  /** Rows [rowFrom, rowTo) of the area's working grid. */
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly status: 'WAITING' | 'OK' | 'FAILED';
  readonly message: StoredMessage | null;
}

export interface NewProcessing {
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  readonly modelId: string;
  readonly geometry: Geometry;
  readonly params: StoredParams;
  readonly blocks: readonly StoredBlock[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly area: number;
  readonly cost: number;
  /** The password of a tile service, sealed; null where there is none. */
  readonly sealedPassword?: string | null;
  readonly aois: readonly { readonly geometry: Geometry; readonly area: number }[];
}

type Columns = Record<string, string | number | null>;

function fromColumns(columns: Columns): ProcessingRow {
  const json = <Value>(name: string, absent: Value): Value => fromJson(columns[name], absent);
  return {
    id: String(columns.id),
    sequence: Number(columns.sequence),
    projectId: String(columns.project_id),
    name: String(columns.name),
    description: String(columns.description),
    modelId: String(columns.model_id),
    geometry: JSON.parse(String(columns.geometry)) as Geometry,
    params: JSON.parse(String(columns.params)) as StoredParams,
    blocks: json<StoredBlock[]>('blocks', []),
    meta: json<Record<string, unknown>>('meta', {}),
    status: String(columns.status) as Status,
    progress: Number(columns.progress),
    area: Number(columns.area),
    cost: Number(columns.cost),
    messages: json<StoredMessage[]>('messages', []),
    plan: columns.plan === null || columns.plan === undefined ? null : String(columns.plan),
    featureCount: columns.feature_count === null ? null : Number(columns.feature_count),
    review: json<StoredReview | null>('review', null),
    rating: json<StoredRating | null>('rating', null),
    created: String(columns.created),
    updated: String(columns.updated),
    completed: columns.completed === null ? null : String(columns.completed),
  };
}

export class Processings {
  constructor(private readonly database: Database) {}

  /** An order that some proxy delivers twice, or that a lost answer makes somebody repeat, is bought once. */
  create(given: NewProcessing): ProcessingRow {
    const order = given.meta[orderKey];
    const known = typeof order === 'string' ? this.ordered(order) : null;
    if (known) return known;
    const id = randomUUID();
    const now = new Date().toISOString();
    this.database.transaction(() => {
      this.database
        .prepare(
          `INSERT INTO processings (id, sequence, project_id, name, description, model_id, geometry, params, blocks,
             meta, status, area, cost, created, updated, sealed_password)
           VALUES (?, (SELECT coalesce(max(sequence), 0) + 1 FROM processings), ?, ?, ?, ?, ?, ?, ?, ?,
             'UNPROCESSED', ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          given.projectId,
          given.name,
          given.description,
          given.modelId,
          JSON.stringify(given.geometry),
          JSON.stringify(given.params),
          JSON.stringify(given.blocks),
          JSON.stringify(given.meta),
          given.area,
          given.cost,
          now,
          now,
          given.sealedPassword ?? null,
        );
      const insert = this.database.prepare(
        'INSERT INTO aois (id, processing_id, position, geometry, area) VALUES (?, ?, ?, ?, ?)',
      );
      given.aois.forEach((aoi, position) => {
        insert.run(randomUUID(), id, position, JSON.stringify(aoi.geometry), aoi.area);
      });
    })();
    return this.get(id) as ProcessingRow;
  }

  get(id: string): ProcessingRow | null {
    const found = this.database.prepare<[string], Columns>('SELECT * FROM processings WHERE id = ?').get(id);
    return found ? fromColumns(found) : null;
  }

  /** The processing that an order has become. */
  ordered(order: string): ProcessingRow | null {
    const found = this.database
      .prepare<[string], Columns>(`SELECT * FROM processings WHERE json_extract(meta, '$."${orderKey}"') = ?`)
      .get(order);
    return found ? fromColumns(found) : null;
  }

  sealedPassword(id: string): string | null {
    const found = this.database
      .prepare<[string], { sealed: string | null }>(
        'SELECT sealed_password AS sealed FROM processings WHERE id = ?',
      )
      .get(id);
    return found?.sealed ?? null;
  }

  /** Once the imagery is there, nobody needs it. */
  forgetPassword(id: string): void {
    this.database.prepare('UPDATE processings SET sealed_password = NULL WHERE id = ?').run(id);
  }

  /** Newest first. */
  list(projectId?: string): readonly ProcessingRow[] {
    const rows =
      projectId === undefined
        ? this.database.prepare<[], Columns>('SELECT * FROM processings ORDER BY sequence DESC').all()
        : this.database
            .prepare<[string], Columns>(
              'SELECT * FROM processings WHERE project_id = ? ORDER BY sequence DESC',
            )
            .all(projectId);
    return rows.map(fromColumns);
  }

  /** Those that wait or were interrupted, oldest first. */
  unfinished(): readonly ProcessingRow[] {
    return this.database
      .prepare<[], Columns>(
        `SELECT * FROM processings WHERE status IN ('UNPROCESSED', 'AWAITING', 'IN_PROGRESS') ORDER BY sequence`,
      )
      .all()
      .map(fromColumns);
  }

  countUnfinished(): number {
    const found = this.database
      .prepare<[], { n: number }>(
        `SELECT count(*) AS n FROM processings WHERE status IN ('UNPROCESSED', 'AWAITING', 'IN_PROGRESS')`,
      )
      .get();
    return found?.n ?? 0;
  }

  /** Credits and area (m²) of processings that succeeded or are under way. */
  spent(): { readonly credits: number; readonly area: number } {
    const found = this.database
      .prepare<[], { credits: number; area: number }>(
        `SELECT coalesce(sum(cost), 0) AS credits, coalesce(sum(area), 0) AS area FROM processings
         WHERE status IN ('UNPROCESSED', 'AWAITING', 'IN_PROGRESS', 'OK')`,
      )
      .get();
    return found ?? { credits: 0, area: 0 };
  }

  aois(processingId: string): readonly AoiRow[] {
    return this.database
      .prepare<[string], { id: string; position: number; geometry: string; area: number }>(
        'SELECT id, position, geometry, area FROM aois WHERE processing_id = ? ORDER BY position',
      )
      .all(processingId)
      .map((row) => ({ ...row, geometry: JSON.parse(row.geometry) as Geometry }));
  }

  setStatus(id: string, status: Status, messages: readonly StoredMessage[] = []): void {
    const now = new Date().toISOString();
    const completed = status === 'OK' || status === 'FAILED' || status === 'CANCELLED' ? now : null;
    this.database
      .prepare('UPDATE processings SET status = ?, messages = ?, updated = ?, completed = ? WHERE id = ?')
      .run(status, JSON.stringify(messages), now, completed, id);
  }

  setPlan(id: string, plan: string, partitions: readonly Omit<PartitionRow, 'status' | 'message'>[]): void {
    this.database.transaction(() => {
      this.database.prepare('UPDATE processings SET plan = ? WHERE id = ?').run(plan, id);
      const insert = this.database.prepare(
        `INSERT INTO partitions (processing_id, position, aoi, row_from, row_to, status)
         VALUES (?, ?, ?, ?, ?, 'WAITING')`,
      );
      for (const part of partitions) insert.run(id, part.position, part.aoi, part.rowFrom, part.rowTo);
    })();
  }

  /** 0–1. It never falls: parts that a stop cut short are worked on again, but were told of. */
  setProgress(id: string, progress: number): void {
    this.database
      .prepare('UPDATE processings SET progress = max(progress, ?), updated = ? WHERE id = ?')
      .run(progress, new Date().toISOString(), id);
  }

  setFeatureCount(id: string, count: number): void {
    this.database.prepare('UPDATE processings SET feature_count = ? WHERE id = ?').run(count, id);
  }

  partitions(processingId: string): readonly PartitionRow[] {
    return this.database
      .prepare<[string], Columns>('SELECT * FROM partitions WHERE processing_id = ? ORDER BY position')
      .all(processingId)
      .map((row) => ({
        position: Number(row.position),
        aoi: Number(row.aoi),
        rowFrom: Number(row.row_from),
        rowTo: Number(row.row_to),
        status: String(row.status) as PartitionRow['status'],
        message: fromJson<StoredMessage | null>(row.message, null),
      }));
  }

  setPartition(
    processingId: string,
    position: number,
    status: PartitionRow['status'],
    message: StoredMessage | null = null,
  ): void {
    this.database
      .prepare('UPDATE partitions SET status = ?, message = ? WHERE processing_id = ? AND position = ?')
      .run(status, message === null ? null : JSON.stringify(message), processingId, position);
  }

  /** What has been done stays done; what failed waits again. */
  restart(id: string): void {
    this.database.transaction(() => {
      this.database
        .prepare(
          `UPDATE partitions SET status = 'WAITING', message = NULL WHERE processing_id = ? AND status = 'FAILED'`,
        )
        .run(id);
      this.setStatus(id, 'UNPROCESSED');
    })();
  }

  update(
    id: string,
    change: { readonly name?: string; readonly description?: string; readonly projectId?: string },
  ): void {
    this.database
      .prepare(
        `UPDATE processings SET name = coalesce(?, name), description = coalesce(?, description),
           project_id = coalesce(?, project_id), updated = ? WHERE id = ?`,
      )
      .run(
        change.name ?? null,
        change.description ?? null,
        change.projectId ?? null,
        new Date().toISOString(),
        id,
      );
  }

  setReview(id: string, review: StoredReview): void {
    this.database.prepare('UPDATE processings SET review = ? WHERE id = ?').run(JSON.stringify(review), id);
  }

  setRating(id: string, rating: StoredRating): void {
    this.database.prepare('UPDATE processings SET rating = ? WHERE id = ?').run(JSON.stringify(rating), id);
  }

  delete(id: string): void {
    this.database.prepare('DELETE FROM processings WHERE id = ?').run(id);
  }
}
