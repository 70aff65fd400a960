import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import type { Upload } from '@shared/ipc/types';
import { silentLog } from '@shared/log';
import { onTestFinished } from 'vitest';
import { openLibrary, type Library } from '../../../main/library';
import { createMapflowClient, type MapflowClient } from '../../../main/mapflow';
import {
  directLedger,
  mapflowImageServer,
  Uploads,
  type SourceReader,
  type OpenReadSource,
  type UploadsPorts,
} from '../../../main/uploads';
import { openSourceHere, readerHere, type ReaderOptions } from '../../support/sourceReader';
import { MosaicServer } from './mosaicServer';

/** Small chunks: some tiles of noise and a head. */
export const targetBytes = 40_000;

export interface Bench {
  readonly folder: string;
  readonly server: MosaicServer;
  readonly library: Library;
  readonly client: MapflowClient;
  uploads: Uploads;
  /** Another process, or the same one started again, over the same ledger. */
  again(pid: number, wrap?: (open: OpenReadSource) => OpenReadSource): Uploads;
}

/** The queue with a real ledger, a real client and a real server, and hardly any patience. */
export async function setUpBench(
  change: Partial<UploadsPorts> = {},
  how: ReaderOptions = {},
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-uploads-'));
  const server = new MosaicServer();
  await server.start();
  const library = openLibrary(join(folder, 'library.db'), { log: silentLog, durability: 'relaxed' });
  let signedOut = false;
  const client = createMapflowClient({
    baseUrl: server.baseUrl,
    token: () => 'good-token',
    retries: 0,
    idleMs: 2_000,
  });
  const opened: Uploads[] = [];
  const readers: SourceReader[] = [];
  const make = (pid: number, wrap: (open: OpenReadSource) => OpenReadSource = (open) => open): Uploads => {
    const reader = readerHere(wrap(openSourceHere()), how);
    readers.push(reader);
    const uploads = new Uploads({
      ledger: directLedger(library.uploads),
      serverOf: () =>
        mapflowImageServer(async (work) => {
          try {
            if (signedOut) throw new AppError('accounts.signed_out', { account: 'A' });
            return await work(client);
          } catch (error) {
            if (!(error instanceof AppError) || error.kind !== 'api.unauthorized') throw error;
            throw new AppError('accounts.signed_out', { account: 'A' });
          }
        }),
      openSource: reader.open,
      limitsOf: () => ({ maxBytes: 1e9, maxSide: 30_000 }),
      log: silentLog,
      timingFor: () => ({
        backoffMs: 2,
        longestBackoffMs: 20,
        settleMs: [2, 5, 10],
        prepareMs: 2,
        longestPrepareMs: 10,
        leaseMs: 15_000,
      }),
      pid,
      ...change,
    });
    opened.push(uploads);
    return uploads;
  };
  onTestFinished(async () => {
    signedOut = true;
    for (const uploads of opened) await uploads.close();
    for (const reader of readers) reader.close();
    client.close();
    library.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, server, library, client, uploads: make(process.pid), again: make };
}

/** Resolves once an upload is in one of these states. */
export function reached(uploads: Uploads, id: string, ...states: Upload['state'][]): Promise<Upload> {
  return new Promise((resolve) => {
    const look = (upload: Upload): void => {
      if (upload.id !== id || !states.includes(upload.state)) return;
      stop();
      resolve(upload);
    };
    const stop = uploads.listen({ onUpload: look });
    look(uploads.get(id));
  });
}
