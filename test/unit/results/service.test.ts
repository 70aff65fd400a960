import { MessageChannel } from 'node:worker_threads';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, expect, test } from 'vitest';
import { serveRpc, type RpcPort } from '@shared/rpc';
import { ResultsHost, resultsMethods } from '../../../main/library/geopackage/index';
import { ResultsService, type ResultsMethods, type WorkerLink } from '../../../main/results/index';
import { collection, feature, openDatabase, rectangle, town, workFolder } from './support';

const folder = workFolder();
afterAll(() => folder.remove());

const running: ResultsService[] = [];
afterEach(() => running.splice(0).forEach((service) => service.shutDown()));

interface Worker {
  readonly link: WorkerLink;
  readonly die: () => void;
}

/** A worker behind a real channel; `deaf` ones take calls and never answer. */
function startWorker(deaf = false): Worker {
  const { port1, port2 } = new MessageChannel();
  const asRpc = (port: typeof port1): RpcPort => ({
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  });
  const host = new ResultsHost(openDatabase);
  if (!deaf) serveRpc<ResultsMethods>(asRpc(port2), resultsMethods(host));
  const listeners: (() => void)[] = [];
  const die = (): void => {
    port1.close();
    listeners.splice(0).forEach((listener) => listener());
  };
  return { link: { port: asRpc(port1), onExit: (listener) => listeners.push(listener), kill: die }, die };
}

function service(workers: Worker[] = []): ResultsService {
  const started = new ResultsService(() => (workers.shift() ?? startWorker()).link);
  running.push(started);
  return started;
}

const request = (name: string) => ({
  geojsonPath: folder.path(`${name}.geojson`),
  gpkgPath: folder.path(`${name}.gpkg`),
  layerName: 'result',
  styleName: 'buildings',
  metadata: { processingId: name },
});

test('a GeoJSON file becomes a result that is counted, paged, drawn, asked and written out', async () => {
  const results = service();
  const features = town(20);
  writeFileSync(folder.path('town.geojson'), collection(features));
  const seen: number[] = [];
  const report = await results.ingest(request('town'), { onProgress: (share) => seen.push(share) });
  expect(report).toMatchObject({ featureCount: 400, withoutGeometry: 0, styleName: 'buildings' });
  expect(seen.every((share) => share >= 0 && share <= 1)).toBe(true);
  const path = folder.path('town.gpkg');
  expect(await results.summary(path)).toEqual({ ...report, withoutGeometry: undefined });
  const rows = await results.page({ path, offset: 0, limit: 3, sortBy: 'area', descending: true });
  expect(rows.map((row) => row.properties['id'])).toEqual([400, 399, 398]);
  const tile = await results.tile({ path, z: 0, x: 0, y: 0 });
  expect(tile?.length).toBeGreaterThan(50);
  expect(await results.tile({ path, z: 18, x: 0, y: 0 })).toBeNull();
  const found = await results.identify({ path, lon: 85.50002, lat: 27.60002, toleranceMetres: 1 });
  expect(found.map((one) => one.id)).toEqual([1]);
  await results.exportGeoJson(path, folder.path('out.geojson'));
  expect(JSON.parse(readFileSync(folder.path('out.geojson'), 'utf8')).features).toEqual(features);
  await results.exportGeoPackage(path, folder.path('copy.gpkg'));
  expect(readFileSync(folder.path('copy.gpkg')).equals(readFileSync(path))).toBe(true);
});

test('a result that is fetched again replaces the one that is open', async () => {
  const results = service();
  const path = folder.path('again.gpkg');
  writeFileSync(folder.path('again.geojson'), collection(town(5)));
  await results.ingest(request('again'));
  expect((await results.summary(path)).featureCount).toBe(25);
  writeFileSync(folder.path('again.geojson'), collection(town(60)));
  const during: Promise<{ featureCount: number }>[] = [];
  await results.ingest(request('again'), { onProgress: () => during.push(results.summary(path)) });
  expect((await results.summary(path)).featureCount).toBe(3600);
  expect(during.length).toBeGreaterThan(0);
  for (const { featureCount } of await Promise.all(during)) expect([25, 3600]).toContain(featureCount);
  writeFileSync(folder.path('again.geojson'), collection([feature(rectangle(1, 1, 1, 1))]));
  await results.ingest(request('again'));
  expect((await results.summary(path)).featureCount).toBe(1);
});

test('failures arrive with their kind, and leave nothing half written', async () => {
  const results = service();
  writeFileSync(folder.path('cut.geojson'), collection(town(30)).slice(0, 40_000));
  await expect(results.ingest(request('cut'))).rejects.toMatchObject({ kind: 'results.not_geojson' });
  await expect(results.ingest(request('absent'))).rejects.toMatchObject({ kind: 'results.missing' });
  await expect(results.summary(folder.path('absent.gpkg'))).rejects.toMatchObject({
    kind: 'results.missing',
    params: { name: 'absent.gpkg' },
  });
  await expect(
    results.exportGeoPackage(folder.path('absent.gpkg'), folder.path('x.gpkg')),
  ).rejects.toMatchObject({ kind: 'results.missing' });
  writeFileSync(folder.path('one.geojson'), collection([]));
  await results.ingest(request('one'));
  await expect(
    results.exportGeoJson(folder.path('one.gpkg'), folder.path('no/such/x.geojson')),
  ).rejects.toMatchObject({ params: { name: 'x.geojson' } });
  expect(readdirSync(folder.path('.')).filter((name) => /cut\.gpkg|absent|\.part|^x\./.test(name))).toEqual(
    [],
  );
});

test('an ingest that is cancelled stops and leaves nothing', async () => {
  const results = service();
  writeFileSync(folder.path('long.geojson'), collection(town(150)));
  const controller = new AbortController();
  const ingest = results.ingest(request('long'), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(ingest).rejects.toThrow();
  await results.close(folder.path('long.gpkg')); // answered after the worker has given up
  const left = (): string[] => readdirSync(folder.path('.')).filter((name) => name.startsWith('long.gpkg'));
  await expect.poll(left, { timeout: 5000 }).toEqual([]);
});

test('when the worker dies, what was asked is asked again of a new one, once', async () => {
  writeFileSync(folder.path('retry.geojson'), collection(town(5)));
  await service().ingest(request('retry'));
  const deaf = startWorker(true);
  const results = service([deaf]);
  const summary = results.summary(folder.path('retry.gpkg'));
  deaf.die();
  expect((await summary).featureCount).toBe(25);
  const [first, second] = [startWorker(true), startWorker(true)];
  const hopeless = service([first, second]).summary(folder.path('retry.gpkg'));
  first.die();
  await Promise.resolve();
  setImmediate(() => second.die());
  await expect(hopeless).rejects.toMatchObject({ kind: 'results.worker_stopped' });
});

test('after the end nothing is started any more', async () => {
  let starts = 0;
  const results = new ResultsService(() => {
    starts++;
    return startWorker().link;
  });
  results.shutDown();
  await expect(results.summary(folder.path('retry.gpkg'))).rejects.toMatchObject({
    kind: 'results.worker_stopped',
  });
  expect(starts).toBe(0);
});
