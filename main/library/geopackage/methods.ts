import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FeatureRow, IdentifiedFeature, ResultSummary } from '@shared/ipc/types';
import type { RpcContext } from '@shared/rpc';
import { translated } from './errors';
import { readFeatures } from './featureStream';
import { GeoPackage, type PageQuery, type Place } from './read';
import type { TileAddress } from './tiles/mercator';
import { writeGeoPackage, type OpenDatabase } from './write';

export interface IngestRequest {
  /** A FeatureCollection in WGS 84. */
  readonly geojsonPath: string;
  readonly gpkgPath: string;
  readonly layerName: string;
  readonly styleName: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface IngestReport extends ResultSummary {
  /** Features whose geometry could not be kept. */
  readonly withoutGeometry: number;
}

/** Results that stay open: opening costs more than a tile. */
const MOST_OPEN = 8;

/** Bytes of the file read at a time. */
const CHUNK = 1 << 18;

/** Progress is told at most this often, ms. */
const PROGRESS_INTERVAL = 100;

/** What the results worker answers; one of these lives in its process. */
export class ResultsHost {
  /** Most recently used last. */
  readonly #open = new Map<string, GeoPackage>();

  constructor(private readonly openDatabase: OpenDatabase) {}

  /** Progress is the share of bytes read, 0–1. */
  async ingest(request: IngestRequest, { signal, progress }: RpcContext): Promise<IngestReport> {
    const name = basename(request.geojsonPath);
    let total: number;
    try {
      total = (await stat(request.geojsonPath)).size;
    } catch (error) {
      throw translated(error, name);
    }
    const stream = createReadStream(request.geojsonPath, { highWaterMark: CHUNK });
    let told = 0;
    const tell = (): void => {
      const now = Date.now();
      if (now - told < PROGRESS_INTERVAL) return;
      told = now;
      progress(total === 0 ? 1 : stream.bytesRead / total);
    };
    const { withoutGeometry } = await writeGeoPackage(this.openDatabase, {
      path: request.gpkgPath,
      layerName: request.layerName,
      styleName: request.styleName,
      metadata: request.metadata,
      features: readFeatures(stream, name),
      signal,
      onProgress: tell,
      onReplace: () => this.close(request.gpkgPath),
    });
    this.close(request.gpkgPath); // who asked while it was replaced has the old one open
    return { ...this.#at(request.gpkgPath).summary(), withoutGeometry };
  }

  summary(path: string): ResultSummary {
    return this.#at(path).summary();
  }

  tile(path: string, address: TileAddress): Uint8Array | null {
    return this.#at(path).tile(address);
  }

  page(path: string, query: PageQuery): FeatureRow[] {
    return this.#at(path).page(query);
  }

  identify(path: string, place: Place): IdentifiedFeature[] {
    return this.#at(path).identify(place);
  }

  /** Over a connection of its own: others may close the result meanwhile. */
  async exportGeoJson(path: string, to: string, { signal }: RpcContext): Promise<void> {
    const result = new GeoPackage(this.openDatabase, path);
    await result.exportGeoJson(to, signal).finally(() => result.close());
  }

  /** Lets go of a file, so that it can be replaced or deleted (on Windows an open file cannot). */
  close(path: string): void {
    this.#open.get(path)?.close();
    this.#open.delete(path);
  }

  #at(path: string): GeoPackage {
    const result = this.#open.get(path) ?? new GeoPackage(this.openDatabase, path);
    this.#open.delete(path);
    this.#open.set(path, result);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.close(oldest);
    return result;
  }
}

/** The host's methods as calls from another process. */
export function resultsMethods(host: ResultsHost) {
  return {
    ingest: (request: IngestRequest, context: RpcContext) => host.ingest(request, context),
    summary: async ({ path }: { path: string }) => host.summary(path),
    tile: async ({ path, ...address }: { path: string } & TileAddress) => host.tile(path, address),
    page: async ({ path, ...query }: { path: string } & PageQuery) => host.page(path, query),
    identify: async ({ path, ...place }: { path: string } & Place) => host.identify(path, place),
    exportGeoJson: ({ path, to }: { path: string; to: string }, context: RpcContext) =>
      host.exportGeoJson(path, to, context),
    close: async ({ path }: { path: string }) => host.close(path),
  };
}
