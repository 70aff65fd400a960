import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { silentLog } from '@shared/log';
import { allow, report, watch } from './exchanges/recorder';
import { startEngine, type Engine, type EngineOptions } from '../../main/engine/server';
import { nodeRasters, openDatabase, threadTools } from '../../main/engine/nodeParts';
import { inProcessRunner } from '../../main/engine/tasks/inProcess';
import {
  createMapflowClient,
  type MapflowClient,
  type MapflowClientOptions,
  type UploadFile,
} from '../../main/mapflow';

/** Whatever a test has sent and got must be as the OpenAPI document says. */
function holdsToTheDocument(): void {
  expect(report().complaints.join('\n')).toBe('');
}
beforeEach(() => allow({}));
afterEach(holdsToTheDocument);
afterAll(holdsToTheDocument);

export const token = 'a-token-of-the-test';

const rasters = nodeRasters(false);

export interface TestEngine {
  readonly engine: Engine;
  readonly client: MapflowClient;
  readonly folder: string;
  clientWith(options: Partial<MapflowClientOptions>): MapflowClient;
  stop(): Promise<void>;
}

/** A real engine on loopback that works in this process, and a client of it. */
export async function startTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'engine-')));
  const engine = await startEngine({
    dataDir: folder,
    token,
    openDatabase,
    log: {
      ...silentLog,
      error: (message, data) => process.stderr.write(`${message} ${JSON.stringify(data)}\n`),
    },
    rasters,
    runner: inProcessRunner(threadTools()),
    ...options,
  });
  watch(engine.port);
  const clientWith = (more: Partial<MapflowClientOptions>): MapflowClient =>
    createMapflowClient({ baseUrl: engine.url, token: () => token, retries: 0, ...more });
  const client = clientWith({});
  return {
    engine,
    client,
    folder,
    clientWith,
    stop: async () => {
      client.close();
      await engine.close();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function fileOf(path: string): Promise<UploadFile> {
  const { size } = await stat(path);
  return { filename: basename(path), size, body: createReadStream(path) };
}

/** Asks until the answer is as wanted. */
export async function until<Value>(
  ask: () => Promise<Value>,
  wanted: (value: Value) => boolean,
  patienceMs = 30_000,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Bytes in memory as an upload. */
export function fileFrom(bytes: Uint8Array, filename = 'image.tif'): UploadFile {
  return {
    filename,
    size: bytes.byteLength,
    body: (async function* () {
      yield bytes;
    })(),
  };
}
