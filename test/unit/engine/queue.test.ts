import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOfCode, type Geometry } from '@shared/api';
import { AppError } from '@shared/errors';
import { silentLog } from '@shared/log';
import { LocalCatalog } from '../../../main/engine/catalog/localCatalog';
import { Files } from '../../../main/engine/files';
import { LocalData } from '../../../main/engine/localData';
import { defaultLimits } from '../../../main/engine/limits';
import { nodeRasters, openDatabase } from '../../../main/engine/nodeParts';
import { ProcessingQueue } from '../../../main/engine/processing/queue';
import { directRoute } from '../../../main/engine/remote/route';
import { passingKey, Sealing } from '../../../main/engine/sealing';
import { builtInModels } from '../../../main/engine/server';
import { createStore, type ProcessingRow, type Store } from '../../../main/engine/store';
import type {
  DetectionPlan,
  Task,
  TaskOptions,
  TaskResults,
  TaskRunner,
} from '../../../main/engine/tasks/types';

let folder: string;
let store: Store;
let files: Files;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-'));
  files = new Files(folder);
  await files.makeFolders();
  store = createStore(openDatabase, files.database);
});
afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

const geometry: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
};

/** Three parts of a thousand columns, so that the share of each is known. */
const plan = {
  modelId: builtInModels.find('Forest').info.id,
  areas: [{ geometry, window: { x: 0, y: 0, width: 8_000, height: 1_152 } }],
} as unknown as DetectionPlan;

type Behaviour = (task: Task, options: TaskOptions) => Promise<void>;

/** Says what it was asked to do, and does what the test says. */
class ScriptedRunner implements TaskRunner {
  readonly width = 1;
  readonly networkWidth = 1;
  readonly asked: string[] = [];
  constructor(public behaviour: Behaviour = () => Promise.resolve()) {}

  async run<Kind extends Task['kind']>(task: Task, options: TaskOptions = {}): Promise<TaskResults[Kind]> {
    this.asked.push(task.kind === 'detect' ? `detect ${String(task.rows.from)}` : task.kind);
    await this.behaviour(task, options);
    if (task.kind === 'plan') return plan as TaskResults[Kind];
    if (task.kind === 'detect') await writeFile(task.target, '');
    if (task.kind !== 'trace') return {} as TaskResults[Kind];
    await writeFile(task.target, '{"type":"Feature","properties":{"id":1},"geometry":null}\n');
    return { features: 1 } as TaskResults[Kind];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function queueOf(runner: TaskRunner): ProcessingQueue {
  const rasters = nodeRasters(false);
  const catalog = new LocalCatalog({ store, files, rasters, runner, limits: defaultLimits, log: silentLog });
  const parts = {
    rasters,
    limits: defaultLimits,
    models: builtInModels,
    catalog,
    localData: new LocalData(runner, silentLog),
    sealing: new Sealing(passingKey()),
    routeFor: () => Promise.resolve(directRoute),
  };
  return new ProcessingQueue(store, files, runner, parts, silentLog);
}

function create(): ProcessingRow {
  const mosaicId = store.mosaics.create('m', []).id;
  store.images.add({
    id: `image-${mosaicId}`,
    mosaicId,
    filename: 'a.tif',
    linkedPath: null,
    fileSize: 1,
    checksum: '',
    uploadedAt: '',
    profile: { crs: 'EPSG:32633' } as never,
    footprint: geometry,
  });
  return store.processings.create({
    projectId: store.projects.default('p').id,
    name: 'n',
    description: '',
    modelId: builtInModels.find('Forest').info.id,
    geometry,
    params: { sourceParams: { myImagery: { mosaicId } }, inferenceParams: null },
    blocks: [],
    meta: {},
    area: 1,
    cost: 1,
    aois: [{ geometry, area: 1 }],
  });
}

async function settled(queue: ProcessingQueue, id: string): Promise<ProcessingRow> {
  queue.wake();
  await expect.poll(() => store.processings.get(id)?.status, { interval: 5 }).toMatch(/OK|FAILED/);
  return store.processings.get(id)!;
}

test('a processing is planned, found in parts, traced, and its progress is the share of pixels done', async () => {
  const seen: number[] = [];
  const row = create();
  const runner = new ScriptedRunner((task, { onProgress }) => {
    onProgress?.(0.5);
    if (task.kind === 'detect')
      seen.push(Math.round(queue.progressOf(store.processings.get(row.id)!) * 1000));
    return Promise.resolve();
  });
  const queue = queueOf(runner);
  expect(await settled(queue, row.id)).toMatchObject({
    status: 'OK',
    progress: 1,
    featureCount: 1,
    messages: [],
  });
  expect(runner.asked).toEqual(['plan', 'detect 0', 'detect 384', 'detect 768', 'trace']);
  expect(seen).toEqual([150, 450, 750]);
});

test('progress that was told before a stop does not fall while cut-off parts are worked on again', async () => {
  const row = create();
  store.processings.setProgress(row.id, 0.6);
  const seen: number[] = [];
  const queue = queueOf(
    new ScriptedRunner((task, { onProgress }) => {
      onProgress?.(0.5);
      if (task.kind === 'detect') seen.push(store.processings.get(row.id)!.progress);
      return Promise.resolve();
    }),
  );
  expect(await settled(queue, row.id)).toMatchObject({ status: 'OK', progress: 1 });
  expect(seen).toEqual([0.6, 0.6, 0.6]);
});

test('one part that fails does not stop the others; a restart does that part alone', async () => {
  const row = create();
  const runner = new ScriptedRunner((task) =>
    task.kind === 'detect' && task.rows.from === 384
      ? Promise.reject(errorOfCode('dataloader.TileNotLoaded', { tile_location: '1/2/3', status: '503' }))
      : Promise.resolve(),
  );
  const queue = queueOf(runner);
  expect(await settled(queue, row.id)).toMatchObject({
    status: 'FAILED',
    messages: [{ code: 'dataloader.TileNotLoaded', parameters: { tile_location: '1/2/3', status: '503' } }],
  });
  expect(runner.asked.filter((asked) => asked.startsWith('detect'))).toHaveLength(3);
  expect(store.processings.partitions(row.id).map(({ status }) => status)).toEqual(['OK', 'FAILED', 'OK']);

  runner.behaviour = () => Promise.resolve();
  runner.asked.length = 0;
  store.processings.restart(row.id);
  expect(await settled(queue, row.id)).toMatchObject({ status: 'OK' });
  expect(runner.asked).toEqual(['detect 384', 'trace']);
});

test('deleting stops the work, takes the files, and lets the next one run', async () => {
  const [first, second] = [create(), create()];
  let stopped = false;
  const runner = new ScriptedRunner(
    (task, { signal }) =>
      new Promise((resolve, reject) => {
        if (task.kind !== 'detect' || store.processings.get(first.id) === null) {
          resolve();
          return;
        }
        signal?.addEventListener('abort', () => {
          stopped = true;
          reject(signal.reason as Error);
        });
      }),
  );
  const queue = queueOf(runner);
  queue.wake();
  await expect.poll(() => runner.asked.includes('detect 0'), { interval: 5 }).toBe(true);
  await queue.remove(first.id);
  expect(stopped).toBe(true);
  expect(store.processings.get(first.id)).toBeNull();
  expect((await settled(queue, second.id)).status).toBe('OK');
  expect(await readdir(join(folder, 'results'))).toEqual([second.id]);
});

test('closing leaves what was under way for the next start', async () => {
  const row = create();
  const waiting = new ScriptedRunner(
    (task, { signal }) =>
      new Promise((resolve, reject) => {
        if (task.kind !== 'detect' || task.rows.from === 0) resolve();
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const queue = queueOf(waiting);
  queue.wake();
  await expect.poll(() => waiting.asked.includes('detect 384'), { interval: 5 }).toBe(true);
  await queue.close();
  expect(store.processings.get(row.id)?.status).toBe('IN_PROGRESS');
  const runner = new ScriptedRunner();
  expect((await settled(queueOf(runner), row.id)).status).toBe('OK');
  expect(runner.asked).toEqual(['detect 384', 'detect 768', 'trace']);
});

test.each([
  [new AppError('engine.no_data_in_aoi'), 'source-validator.NoDataInAOI'],
  [new AppError('engine.needs_colour', { model: 'x' }), 'source-validator.NChannelsNotAllowed'],
  [new AppError('tiff.read_failed', { file: 'x' }), 'source-validator.ImageReadError'],
  [new TypeError('a defect'), 'inference.internalError'],
])('%s becomes a message of the service', async (error, code) => {
  const row = create();
  const queue = queueOf(new ScriptedRunner(() => Promise.reject(error)));
  expect((await settled(queue, row.id)).messages[0]).toMatchObject({ code });
});
