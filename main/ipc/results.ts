import { extname } from 'node:path';
import type { FeatureRow, IdentifiedFeature, Processing, ResultSummary } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

/** Reads kept results; every call names the GeoPackage. */
export interface ResultsPort {
  summary(path: string): Promise<ResultSummary>;
  tile(wanted: { path: string; z: number; x: number; y: number }): Promise<Uint8Array | null>;
  page(wanted: {
    path: string;
    offset: number;
    limit: number;
    sortBy: string | null;
    descending: boolean;
  }): Promise<readonly FeatureRow[]>;
  identify(wanted: {
    path: string;
    lon: number;
    lat: number;
    toleranceMetres: number;
  }): Promise<readonly IdentifiedFeature[]>;
  exportGeoJson(path: string, to: string): Promise<void>;
  exportGeoPackage(path: string, to: string): Promise<void>;
}

export interface ResultsPortsOfWindow {
  readonly results: ResultsPort;
  /** The kept GeoPackage; throws when there is none. */
  readonly fileOf: (processingId: string) => string;
  readonly processing: (processingId: string) => Processing;
  /** Asks where to save; null when cancelled. */
  readonly chooseTarget: (suggestedName: string, format: 'gpkg' | 'geojson') => Promise<string | null>;
}

export function resultsHandlers(ports: ResultsPortsOfWindow): AreaHandlers<'results'> {
  const { results, fileOf, processing, chooseTarget } = ports;
  return {
    'results.summary': ({ processingId }) => results.summary(fileOf(processingId)),
    'results.tile': ({ processingId, z, x, y }) => results.tile({ path: fileOf(processingId), z, x, y }),
    'results.page': ({ processingId, ...wanted }) => results.page({ path: fileOf(processingId), ...wanted }),
    'results.identify': ({ processingId, ...place }) =>
      results.identify({ path: fileOf(processingId), ...place }),
    'results.export': async ({ processingId, format }) => {
      const source = fileOf(processingId);
      const chosen = await chooseTarget(fileNameOf(processing(processingId).name), format);
      if (chosen === null) return null;
      const target = extname(chosen) === '' ? `${chosen}.${format}` : chosen;
      if (format === 'gpkg') await results.exportGeoPackage(source, target);
      else await results.exportGeoJson(source, target);
      return target;
    },
  };
}

/** What a processing is called, as far as every file system takes it. */
function fileNameOf(name: string): string {
  return name.replace(/[\p{Cc}<>:"/\\|?*]+/gu, '_').slice(0, 100) || 'result';
}
