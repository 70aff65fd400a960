import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import type { Upload } from '@shared/ipc/types';
import { silentLog } from '@shared/log';
import { expect } from 'vitest';
import { openLibrary, type Library } from '../../main/library';
import { createMapflowClient, type MapflowClient } from '../../main/mapflow';
import {
  directLedger,
  mapflowImageServer,
  Uploads,
  type OpenReadSource,
  type SourceReader,
  type Timing,
  type UploadsPorts,
} from '../../main/uploads';
import { Waiting } from '../../main/uploads/wait';
import { startTestEngine, token, type TestEngine } from '../contract/support';
import { openSourceHere, readerHere } from '../support/sourceReader';
import { writeOrthophoto } from '../unit/uploads/orthophoto';
import { FaultProxy } from './faultProxy';

/** Small chunks: some tiles of noise and a head. */
export const targetBytes = 40_000;
export const timing: Timing = {
  backoffMs: 4,
  longestBackoffMs: 40,
  settleMs: [20, 60, 150, 400],
  prepareMs: 5,
  longestPrepareMs: 40,
  leaseMs: 15_000,
};
/** ms without a byte before a request is given up */
export const idleMs = 500;

/** A real engine and a library, for any number of uploads that each have a proxy of their own. */
export interface Workplace {
  readonly folder: string;
  readonly engine: TestEngine;
  readonly library: Library;
  readonly wrapSource: (open: OpenReadSource) => OpenReadSource;
  /** An orthophoto that makes a handful of chunks. */
  readonly image: string;
  close(): Promise<void>;
}

export interface WorkplaceOptions {
  /** bytes that the engine stores */
  readonly memoryLimit?: number;
  /** Closed with the workplace; one in its folder when absent. */
  readonly library?: Library;
  /** What stands between the queue and its files. */
  readonly wrapSource?: (open: OpenReadSource) => OpenReadSource;
}

export async function openWorkplace(options: WorkplaceOptions = {}): Promise<Workplace> {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-faults-'));
  const { memoryLimit, wrapSource = (open) => open } = options;
  const engine = await startTestEngine(memoryLimit === undefined ? {} : { limits: { memoryLimit } });
  const library =
    options.library ?? openLibrary(join(folder, 'library.db'), { log: silentLog, durability: 'relaxed' });
  const image = join(folder, 'ortho.tif');
  writeOrthophoto(image, { columns: 4, rows: 3, seed: 5 });
  return {
    folder,
    engine,
    library,
    wrapSource,
    image,
    close: async () => {
      library.close();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Pauses as they are made, so that a test sees how long they were meant to be. */
class WatchedPauses extends Waiting {
  readonly lengths: number[] = [];

  override pause(ms: number, signal: AbortSignal): Promise<void> {
    this.lengths.push(ms);
    return super.pause(ms, signal);
  }
}

/** One account behind a proxy of its own: the queue, the client and the ledger are the program's. */
export class Workbench {
  readonly proxy: FaultProxy;
  readonly pauses: readonly number[];
  readonly uploads: Uploads;
  readonly #workplace: Workplace;
  readonly #account: string;
  readonly #client: MapflowClient;
  readonly #reader: SourceReader;

  static async open(
    workplace: Workplace,
    account: string,
    change: Partial<UploadsPorts> = {},
  ): Promise<Workbench> {
    const proxy = new FaultProxy(workplace.engine.engine.url);
    await proxy.start();
    return new Workbench(workplace, account, proxy, change);
  }

  private constructor(
    workplace: Workplace,
    account: string,
    proxy: FaultProxy,
    change: Partial<UploadsPorts>,
  ) {
    this.#workplace = workplace;
    this.#account = account;
    this.proxy = proxy;
    const { baseUrl, agentFor } = proxy;
    const client = createMapflowClient({
      baseUrl,
      agentFor,
      routeFor: () => Promise.resolve('behind the proxy'),
      token: () => token,
      retries: 0,
      idleMs,
    });
    this.#client = client;
    const { images } = client;
    const impatient: MapflowClient = {
      ...client,
      images: {
        ...images,
        upload: (id, file, options) => images.upload(id, file, { ...options, answerMs: idleMs }),
      },
    };
    this.#reader = readerHere(workplace.wrapSource(openSourceHere()), { agentFor });
    const waiting = new WatchedPauses();
    this.pauses = waiting.lengths;
    this.uploads = new Uploads({
      ledger: directLedger(workplace.library.uploads),
      serverOf: () =>
        mapflowImageServer(async (work) => {
          try {
            return await work(impatient);
          } catch (error) {
            if (!(error instanceof AppError) || error.kind !== 'api.unauthorized') throw error;
            throw new AppError('accounts.signed_out', { account });
          }
        }),
      openSource: this.#reader.open,
      limitsOf: () => ({ maxBytes: 1e9, maxSide: 30_000 }),
      timingFor: () => timing,
      waiting,
      log: silentLog,
      ...change,
    });
  }

  /** Begins the upload of the workplace's image into a new mosaic of this name. */
  start(mosaic: string, path = this.#workplace.image): Promise<Upload> {
    return this.uploads.start({ accountId: this.#account, path, mosaic: { name: mosaic }, targetBytes });
  }

  /** The user signs in whenever the session has ended, and tries again what has failed, so many times at most. */
  async finish(
    id: string,
    mostActs = 0,
    onStop: (upload: Upload) => void = () => undefined,
  ): Promise<Upload> {
    let now = await this.uploads.ended(id);
    for (let acts = 0; now.state !== 'done' && acts < mostActs; acts++) {
      onStop(now);
      if (now.state === 'paused') await this.uploads.signedIn(this.#account);
      else await this.uploads.retry(id);
      now = await this.uploads.ended(id);
    }
    return now;
  }

  /**
   * Every chunk of the ledger is in the one mosaic of this upload exactly once, whole, and usable; the storage that the account
   * pays for is that of the chunks. Asked of the engine itself, not through the proxy.
   */
  async expectWhole(id: string): Promise<void> {
    const { engine, library } = this.#workplace;
    const upload = library.uploads.get(id);
    const chunks = library.uploads.chunks(id);
    const mosaics = (await engine.client.mosaics.list()).filter(({ name }) => name === upload?.mosaicName);
    expect(mosaics.map((mosaic) => mosaic.id)).toEqual([upload?.mosaicId]);
    const images = await engine.client.images.list(upload?.mosaicId ?? '');
    const line = (name: string, bytes: number | null, sha1: string | null): string =>
      `${name} ${bytes} ${sha1}`;
    expect(images.map((image) => line(image.filename, image.fileSize, image.checksum)).sort()).toEqual(
      chunks.map((chunk) => line(chunk.name, chunk.bytes, chunk.sha1)).sort(),
    );
    const ids = new Set(images.map((image) => image.id));
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ state: 'confirmed', usable: true, error: null });
      expect(ids).toContain(chunk.imageId);
    }
  }

  /** What the window would say of a failure: a sentence of its own, filled in. */
  expectSentence(upload: Upload): void {
    const { title, advice } = errorText(upload.error ?? { kind: 'app.unexpected', params: {} });
    expect(upload.error?.kind).not.toBe('app.unexpected');
    expect(title).not.toBe(errorText({ kind: 'no.such', params: {} }).title);
    expect(`${title} ${advice}`).not.toMatch(/[{}]|undefined|\?\?/);
  }

  async close(): Promise<void> {
    await this.uploads.close();
    this.#reader.close();
    this.#client.close();
    await this.proxy.close();
  }
}
