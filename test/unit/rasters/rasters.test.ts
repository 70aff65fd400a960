import { appendFileSync, copyFileSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { createRpcClient, serveRpc, type RpcContext, type RpcPort } from '@shared/rpc';
import type { Level } from '@shared/tiff/types';
import {
  FileSource,
  RasterService,
  RasterWorkerClient,
  createNodeCodecs,
  fileSha256,
  openFile,
  rasterMethods,
  type WorkerLink,
} from '../../../main/rasters';
import { withoutGdal } from '../../support/data';
import { gdal, temporaryFolder } from '../../support/gdal';
import { translate, writeTestImage, type TestImage } from '../../support/rasterCase';

const skip = withoutGdal('opening of files that GDAL writes');
const folder = temporaryFolder();
const path = folder.path('image.tif');
let image: TestImage;

beforeAll(() => {
  if (skip) return;
  image = writeTestImage(folder.path('source'), 'uint16', { width: 130, height: 90, bands: 2 });
  translate(image.path, path, ['COMPRESS=DEFLATE', 'BLOCKYSIZE=8', 'INTERLEAVE=BAND']);
});
afterAll(() => folder.remove());

async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? error.kind : String(error);
}

describe('a file', () => {
  test('that is missing, a folder or beyond its end has an error of its own', async () => {
    expect(await kindOf(FileSource.open(folder.path('nowhere.tif')))).toBe('rasters.file_missing');
    expect(await kindOf(FileSource.open(folder.path('')))).toBe('rasters.not_a_file');
    writeFileSync(folder.path('ten'), 'ten  bytes');
    const source = await FileSource.open(folder.path('ten'));
    expect(await kindOf(source.read(5, 6))).toBe('tiff.read_beyond_end');
    expect(Buffer.from(await source.read(5, 5)).toString()).toBe('bytes');
    await source.close();
  });

  test('that shrinks while it is open is said to have changed', async () => {
    writeFileSync(folder.path('shrinking'), Buffer.alloc(1000));
    const source = await FileSource.open(folder.path('shrinking'));
    writeFileSync(folder.path('shrinking'), Buffer.alloc(10));
    expect(await kindOf(source.read(500, 100))).toBe('rasters.file_changed');
    await source.close();
  });

  test('is read in many places at once', async () => {
    const bytes = Buffer.from(Array.from({ length: 65536 }, (_, i) => i % 251));
    writeFileSync(folder.path('many'), bytes);
    const source = await FileSource.open(folder.path('many'));
    const parts = await Promise.all(Array.from({ length: 256 }, (_, i) => source.read(i * 256, 256)));
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
    await source.close();
  });

  test.skipIf(skip)('brings its sidecars along, and closes them with it', async () => {
    const main = folder.path('withOverviews.tif');
    translate(image.path, main, []);
    gdal('gdaladdo', '-q', '-ro', main, '2');
    renameSync(`${main}.ovr`, `${main}.OVR`);
    writeFileSync(folder.path('withOverviews.tfw'), '2\n0\n0\n-2\n101\n199\n');
    const opened = await openFile(main);
    expect(opened.raster.description.levels.map((level) => level.width)).toEqual([130, 65]);
    const overview = opened.raster.description.levels[1] as Level;
    await opened.close();
    await expect(opened.raster.readBlock(overview, 0)).rejects.toThrow();
  });
});

describe.skipIf(skip)('the service', () => {
  test('reads blocks in the order asked for, close ones by one read', async () => {
    const service = new RasterService(createNodeCodecs());
    const { description } = await service.open({ id: 'a', path });
    const level = description.levels[0] as Level;
    const opened = await openFile(path);
    const indices = [5, 0, 3, 17, 4];
    const expected = await Promise.all(indices.map((index) => opened.raster.readBlock(level, index)));
    await opened.close();
    const blocks = await service.readBlocks({ id: 'a', kind: 'image', level: 0, indices });
    expect(blocks).toEqual(expected);
    for (const block of blocks) expect(block!.buffer.byteLength).toBe(block!.byteLength);
    await service.closeAll();
  });

  test('hashes bands as they are decoded, and the file as it is', async () => {
    const service = new RasterService(createNodeCodecs());
    await service.open({ id: 'a', path });
    const progress: unknown[] = [];
    const hashes = await service.hashBands({ id: 'a' }, { progress: (data) => progress.push(data) });
    const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(hashes).toEqual(image.bands.map((band) => sha(new Uint8Array(band.buffer))));
    expect(progress.at(-1)).toEqual({ done: 90, total: 90 });
    expect(await service.hashFile({ id: 'a' })).toBe(sha(readFileSync(path)));
    expect(await kindOf(fileSha256(folder.path('nowhere')))).toBe('rasters.file_unreadable');
    await service.closeAll();
  });

  test('knows only what is open', async () => {
    const service = new RasterService(createNodeCodecs());
    expect(await kindOf(service.statistics({ id: 'a' }))).toBe('rasters.not_open');
    await service.open({ id: 'a', path });
    expect(await service.statistics({ id: 'a' })).toHaveLength(2);
    expect(await kindOf(service.readBlocks({ id: 'a', kind: 'mask', level: 0, indices: [0] }))).toBe(
      'tiff.unknown_level',
    );
    await service.close({ id: 'a' });
    expect(await kindOf(service.readBlocks({ id: 'a', kind: 'image', level: 0, indices: [0] }))).toBe(
      'rasters.not_open',
    );
  });
});

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

function portPair(): [RpcPort, RpcPort] {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const wrap = (port: MessagePort): RpcPort => ({
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  });
  return [wrap(port1), wrap(port2)];
}

describe('calls over a port', () => {
  const methods = {
    double: (value: number) => Promise.resolve(value * 2),
    fail: () => Promise.reject(new AppError('tiff.not_tiff', { file: 'a.tif' })),
    wait: (_: null, { signal, progress }: RpcContext) =>
      new Promise<string>((_resolve, reject) => {
        progress('started');
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
  };

  test('give outputs, errors and progress back', async () => {
    const [here, there] = portPair();
    serveRpc(there, methods);
    const client = createRpcClient<typeof methods>(here);
    expect(await Promise.all([client.call('double', 2), client.call('double', 21)])).toEqual([4, 42]);
    await expect(client.call('fail', undefined as never)).rejects.toMatchObject({
      kind: 'tiff.not_tiff',
      params: { file: 'a.tif' },
    });
  });

  test('that are aborted end here at once and there too', async () => {
    const [here, there] = portPair();
    let stopped: () => void = () => undefined;
    const stop = new Promise<void>((resolve) => (stopped = resolve));
    serveRpc(there, {
      wait: (_: null, { signal, progress }: RpcContext) => {
        progress('started');
        signal.addEventListener('abort', () => stopped());
        return stop;
      },
    });
    const client = createRpcClient<{ wait: (input: null, context: RpcContext) => Promise<void> }>(here);
    const controller = new AbortController();
    const call = client.call('wait', null, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(call).rejects.toThrow('enough');
    await stop;
  });

  test('fail when the other end is gone', async () => {
    const [here, there] = portPair();
    serveRpc(there, methods);
    const client = createRpcClient<typeof methods>(here);
    const call = client.call('wait', null);
    client.fail(new AppError('rasters.worker_died'));
    expect(await kindOf(call)).toBe('rasters.worker_died');
    expect(await kindOf(client.call('double', 1))).toBe('rasters.worker_died');
  });
});

/** Workers in this process that die when told: at a method, before it is answered. */
class FakeWorkers {
  started = 0;
  killed = 0;
  /** How many times a worker dies at the next calls of `method`. */
  deaths = 0;
  method = 'readBlocks';

  readonly spawn = (): WorkerLink => {
    this.started++;
    const [here, there] = portPair();
    let exit: () => void = () => undefined;
    const service = new RasterService(createNodeCodecs());
    const methods = rasterMethods(service) as unknown as Record<
      string,
      (input: never, context: RpcContext) => Promise<unknown>
    >;
    const mortal = Object.entries(methods).map(([name, method]) => [
      name,
      (input: never, context: RpcContext) => {
        if (name !== this.method || this.deaths === 0) return method(input, context);
        this.deaths--;
        exit();
        return new Promise(() => undefined);
      },
    ]);
    serveRpc(there, Object.fromEntries(mortal) as typeof methods);
    return {
      port: here,
      onExit: (listener) => {
        exit = () => {
          void service.closeAll();
          listener();
        };
      },
      kill: () => {
        this.killed++;
        exit();
      },
    };
  };
}

describe.skipIf(skip)('the client of the worker', () => {
  const request = (id: string) => ({ id, kind: 'image' as const, level: 0, indices: [0, 1] });

  test('opens, reads and closes', async () => {
    const workers = new FakeWorkers();
    const client = new RasterWorkerClient(workers.spawn);
    const { id, description, identity } = await client.open(path);
    expect([description.width, identity.size, client.pathOf(id)]).toEqual([
      130,
      readFileSync(path).length,
      path,
    ]);
    expect(await client.readBlocks(request(id))).toHaveLength(2);
    await client.close(id);
    expect(await kindOf(client.readBlocks(request(id)))).toBe('rasters.not_open');
    expect(workers.started).toBe(1);
    client.shutDown();
    expect(workers.killed).toBe(1);
    expect(await kindOf(client.open(path))).toBe('rasters.worker_died');
  });

  test('survives the death of the worker: opens again and repeats', async () => {
    const workers = new FakeWorkers();
    const client = new RasterWorkerClient(workers.spawn);
    const first = await client.open(path);
    const second = await client.open(path);
    const before = await client.readBlocks(request(first.id));
    workers.deaths = 1;
    const both = await Promise.all([
      client.readBlocks(request(first.id)),
      client.readBlocks(request(second.id)),
    ]);
    expect(both).toEqual([before, before]);
    expect(workers.started).toBe(2);
    client.shutDown();
  });

  test('reports a worker that dies twice at the same thing, and goes on afterwards', async () => {
    const workers = new FakeWorkers();
    const client = new RasterWorkerClient(workers.spawn);
    const { id } = await client.open(path);
    workers.deaths = 2;
    expect(await kindOf(client.readBlocks(request(id)))).toBe('rasters.worker_died');
    expect(await client.readBlocks(request(id))).toHaveLength(2);
    expect(workers.started).toBe(3);
    client.shutDown();
  });

  test('does not take another file for the one that was open', async () => {
    const copy = folder.path('replaced.tif');
    copyFileSync(path, copy);
    const workers = new FakeWorkers();
    const client = new RasterWorkerClient(workers.spawn);
    const { id } = await client.open(copy);
    appendFileSync(copy, 'more');
    utimesSync(copy, 1, 1);
    workers.deaths = 1;
    expect(await kindOf(client.readBlocks(request(id)))).toBe('rasters.file_changed');
    client.shutDown();
  });
});
