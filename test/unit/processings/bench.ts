import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import type { Draft } from '@shared/ipc/contract';
import { silentLog } from '@shared/log';
import type { Geometry } from 'geojson';
import { onTestFinished } from 'vitest';
import { openLibrary, type Library } from '../../../main/library';
import { createMapflowClient } from '../../../main/mapflow';
import { Processings, type ProcessingsPorts, type ResultKeeper } from '../../../main/processings';
import { ProcessingServer } from './processingServer';

export const draft: Draft = {
  name: 'Trees of the town',
  projectId: null,
  modelId: 'm-forest',
  blocks: [],
  source: { kind: 'mosaic', mosaicId: 'm-1' },
  aoi: {
    type: 'Polygon',
    coordinates: [
      [
        [10, 50],
        [10.01, 50],
        [10.01, 50.01],
        [10, 50.01],
        [10, 50],
      ],
    ],
  },
};

export interface Bench {
  readonly folder: string;
  readonly server: ProcessingServer;
  readonly library: Library;
  readonly processings: Processings;
  /** Ends the session, or begins another. */
  signedIn: boolean;
  footprint: Geometry | null;
  billing: { inCredits: boolean; balance: number | null };
  /** The same program started again over the same library. */
  again(): Processings;
}

/** Stands for the results worker: counts features and writes something where the GeoPackage goes. */
const keeper: ResultKeeper = {
  ingest: async ({ geojsonPath, gpkgPath, styleName }) => {
    const text = readFileSync(geojsonPath, 'utf8');
    if (!text.startsWith('{')) throw new AppError('results.not_geojson', { name: 'x' });
    const { features } = JSON.parse(text) as { features: unknown[] };
    writeFileSync(gpkgPath, text);
    return { featureCount: features.length, bbox: null, sizeBytes: text.length, styleName, fields: [] };
  },
  close: () => Promise.resolve(),
};

export async function setUpBench(change: Partial<ProcessingsPorts> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-processings-'));
  const server = new ProcessingServer();
  await server.start();
  const library = openLibrary(join(folder, 'library.db'), { log: silentLog });
  const client = createMapflowClient({ baseUrl: server.baseUrl, token: () => 't', retries: 0 });
  const make = (): Processings =>
    new Processings({
      withClient: async (_, work) => {
        if (!bench.signedIn) throw new AppError('accounts.signed_out', { account: 'A' });
        return work(client);
      },
      store: library.processings,
      outbox: library.outbox,
      versions: library.resultVersions,
      results: keeper,
      resultsFolder: join(folder, 'results'),
      billingOf: () => bench.billing,
      footprintOf: async () => bench.footprint,
      styleOf: () => 'forest',
      program: 'orthodesk/0.0.0',
      log: silentLog,
      settleMs: [5, 10, 20],
      ...change,
    });
  const bench: Bench = {
    folder,
    server,
    library,
    signedIn: true,
    footprint: null,
    billing: { inCredits: true, balance: 100 },
    processings: undefined as unknown as Processings,
    again: make,
  };
  Object.assign(bench, { processings: make() });
  onTestFinished(async () => {
    await bench.processings.idle();
    client.close();
    library.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return bench;
}

export function resultIsThere(bench: Bench, id: string): boolean {
  return existsSync(join(bench.folder, 'results', `${id}.gpkg`));
}
