import type { FeatureRow, IdentifiedFeature, ResultSummary } from '@shared/ipc/types';
import type { RpcContext } from '@shared/rpc';

/** What is to become a GeoPackage. */
export interface IngestRequest {
  /** A GeoJSON FeatureCollection in WGS 84. */
  readonly geojsonPath: string;
  /** An existing file is replaced once the new one is whole. */
  readonly gpkgPath: string;
  readonly layerName: string;
  /** The workflow's `styleName`; decides how QGIS draws the file. */
  readonly styleName: string;
  /** Kept as JSON in the file. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface IngestReport extends ResultSummary {
  /** Features whose geometry could not be kept: null, empty, or not numbers. */
  readonly withoutGeometry: number;
}

export interface TileRequest {
  readonly path: string;
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

export interface PageRequest {
  readonly path: string;
  readonly offset: number;
  readonly limit: number;
  readonly sortBy: string | null;
  readonly descending: boolean;
}

export interface IdentifyRequest {
  readonly path: string;
  readonly lon: number;
  readonly lat: number;
  readonly toleranceMetres: number;
}

/** What the results worker answers. */
export interface ResultsMethods {
  ingest(request: IngestRequest, context: RpcContext): Promise<IngestReport>;
  summary(request: { readonly path: string }): Promise<ResultSummary>;
  tile(request: TileRequest): Promise<Uint8Array | null>;
  page(request: PageRequest): Promise<FeatureRow[]>;
  identify(request: IdentifyRequest): Promise<IdentifiedFeature[]>;
  exportGeoJson(request: { readonly path: string; readonly to: string }, context: RpcContext): Promise<void>;
  close(request: { readonly path: string }): Promise<void>;
}
