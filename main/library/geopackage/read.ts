import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Database } from 'better-sqlite3';
import { AppError } from '@shared/errors';
import type { FeatureRow, IdentifiedFeature, LonLatBox, ResultSummary } from '@shared/ipc/types';
import { translated } from './errors';
import { exportGeoJson } from './export';
import { flatParts } from './flat';
import { countFeatures, readLayer, type Layer } from './layer';
import { degreesFor, nearness } from './nearness';
import { quoted } from './schema';
import { TileMaker } from './tiles/tile';
import type { TileAddress } from './tiles/mercator';
import { decodeGeometry } from './wkb';
import type { OpenDatabase } from './write';

export interface PageQuery {
  readonly offset: number;
  readonly limit: number;
  /** A field, or null for the order of the file. */
  readonly sortBy: string | null;
  readonly descending: boolean;
}

export interface Place {
  readonly lon: number;
  readonly lat: number;
  readonly toleranceMetres: number;
}

type Properties = FeatureRow['properties'];
type RawRow = [number, Buffer | null, ...(string | number | null)[]];

/** Bytes of a geometry's header: enough for its box. */
const HEADER_BYTES = 40;

/** More than a person looks through. */
const MOST_IDENTIFIED = 50;

/** A result that is read: counted, paged, drawn, asked, written out. Close it when done. */
export class GeoPackage {
  readonly layer: Layer;
  readonly #db: Database;
  readonly #tiles: TileMaker;
  readonly #name: string;

  /** Throws `results.missing`, `results.damaged`, `results.not_geopackage`. */
  constructor(
    openDatabase: OpenDatabase,
    private readonly path: string,
  ) {
    this.#name = basename(path);
    try {
      statSync(path); // SQLite would say no more than that it cannot open
      this.#db = openDatabase(path, { readonly: true });
    } catch (error) {
      throw translated(error, this.#name);
    }
    try {
      this.#db.pragma('query_only = ON');
      this.#db.pragma('trusted_schema = OFF');
      this.layer = readLayer(this.#db, this.#name);
      this.#tiles = new TileMaker(this.#db, this.layer);
    } catch (error) {
      this.#db.close();
      throw translated(error, this.#name);
    }
  }

  close(): void {
    this.#db.close();
  }

  summary(): ResultSummary {
    return this.#run(() => ({
      featureCount: countFeatures(this.#db, this.layer),
      bbox: this.layer.bbox,
      sizeBytes: statSync(this.path).size,
      styleName: this.layer.styleName,
      fields: this.layer.columns.map((column) => column.name),
    }));
  }

  /** Throws `results.no_such_field`. */
  page(query: PageQuery): FeatureRow[] {
    const { idColumn, columns } = this.layer;
    if (query.sortBy !== null && !columns.some((column) => column.name === query.sortBy)) {
      throw new AppError('results.no_such_field', { name: this.#name, field: query.sortBy });
    }
    const direction = query.descending ? 'DESC' : 'ASC';
    const keys = [...(query.sortBy === null ? [] : [`${quoted(query.sortBy)} ${direction}`])];
    keys.push(`${quoted(idColumn)} ${direction}`);
    const header = `substr(${quoted(this.layer.geometryColumn)}, 1, ${HEADER_BYTES})`;
    const sql = `${this.#select(header)} ORDER BY ${keys.join(', ')} LIMIT ? OFFSET ?`;
    return this.#run(() =>
      this.#db
        .prepare<[number, number], RawRow>(sql)
        .raw()
        .all(query.limit, query.offset)
        .map(([id, blob, ...values]) => ({
          id,
          properties: this.#properties(values),
          bbox: boxOf(blob),
        })),
    );
  }

  /** What lies at a place, nearest first, and of what contains it the smallest first. */
  identify({ lon, lat, toleranceMetres }: Place): IdentifiedFeature[] {
    const { layer } = this;
    const [dx, dy] = degreesFor(toleranceMetres, lat);
    const sql =
      `${this.#select(quoted(layer.geometryColumn))} WHERE ${quoted(layer.idColumn)} IN ` +
      `(SELECT id FROM ${quoted(layer.rtree)} WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)`;
    return this.#run(() =>
      this.#db
        .prepare<[number, number, number, number], RawRow>(sql)
        .raw()
        .all(lon - dx, lon + dx, lat - dy, lat + dy)
        .flatMap(([id, blob, ...values]) => {
          const geometry = blob && decodeGeometry(blob);
          if (!geometry) return [];
          const near = nearness(flatParts(blob), lon, lat);
          if (near.distance > toleranceMetres) return [];
          return [{ near, feature: { id, properties: this.#properties(values), geometry } }];
        })
        .sort((a, b) => a.near.distance - b.near.distance || a.near.area - b.near.area)
        .slice(0, MOST_IDENTIFIED)
        .map(({ feature }) => feature),
    );
  }

  /** A Mapbox vector tile, layer `vector_layer`; null where nothing lies. */
  tile(address: TileAddress): Uint8Array | null {
    return this.#run(() => this.#tiles.tile(address));
  }

  /** Writes everything as GeoJSON, streaming. Throws `results.disk_full`, `results.cannot_write`. */
  async exportGeoJson(path: string, signal?: AbortSignal): Promise<void> {
    try {
      await exportGeoJson(this.#db, this.layer, path, signal);
    } catch (error) {
      throw translated(error, basename(path));
    }
  }

  #select(geometry: string): string {
    const { name, idColumn, columns } = this.layer;
    const list = [quoted(idColumn), geometry, ...columns.map((column) => quoted(column.name))];
    return `SELECT ${list.join(', ')} FROM ${quoted(name)}`;
  }

  #properties(values: readonly (string | number | null)[]): Properties {
    const properties: Record<string, string | number | boolean | null> = {};
    this.layer.columns.forEach((column, i) => {
      const value = values[i] ?? null;
      properties[column.name] = column.type === 'BOOLEAN' && value !== null ? value !== 0 : value;
    });
    return properties;
  }

  #run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translated(error, this.#name);
    }
  }
}

/** The box in a geometry's header; nothing and nowhere for a feature without geometry. */
function boxOf(blob: Buffer | null): LonLatBox | null {
  if (!blob || blob.length < HEADER_BYTES || ((blob[3]! >> 1) & 7) === 0) return null;
  return [blob.readDoubleLE(8), blob.readDoubleLE(24), blob.readDoubleLE(16), blob.readDoubleLE(32)];
}
