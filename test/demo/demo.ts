/**
 * The main job from end to end, in the real application, as a user does it: open an orthophoto, upload it in chunks, run a
 * model on it, look at the result beside the raster, and find it all again without the engine after a restart.
 * Options: --image FILE (else a synthetic scene), --out DIR (default demo-out), --exit (do not leave the window open).
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Processing, Upload } from '@shared/ipc/types';
import { generateScene } from '../../build/sample/generate';
import { callBridge } from '../support/bridge';
import { Desk } from '../support/desk';
import { launchApp, type LaunchedApp } from '../support/launch';
import { Steps } from './steps';

const size = { width: 1440, height: 900 };
const atLeastChunks = 4;
const sample = { width: 4096, height: 4096, gsd: 0.25, seed: 7 };

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    out: { type: 'string', default: 'demo-out' },
    exit: { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const userDataDir = join(out, 'user-data');
const staysOpen = !values.exit && process.env['ORTHODESK_HEADLESS'] !== '1';

/** The application that runs at the moment, for a picture of it when a step fails. */
let running: LaunchedApp | undefined;

async function demo(): Promise<void> {
  mkdirSync(out, { recursive: true });
  rmSync(userDataDir, { recursive: true, force: true });
  const steps = new Steps();
  const image = await steps.take('The image', chooseImage);

  const start = async (): Promise<LaunchedApp> => (running = await launchApp({ userDataDir, size }));
  let launched = await steps.take('Starting the application', start);
  let desk = new Desk(launched);
  await desk.whenOnline();
  const runtime = await callBridge(desk.page, 'app.info');
  const picture = (name: string): Promise<Buffer> => desk.screenshot(join(out, name));

  await steps.take('Opening the image', () => desk.open(image));
  await picture('1-opened.png');

  const mosaic = basename(image).replace(/\.tiff?$/i, '');
  const chunks = await steps.take('Uploading it in chunks', () =>
    desk.upload({ mosaic, atLeastChunks, onSent: () => picture('2-uploading.png').then(() => undefined) }),
  );
  await picture('3-uploaded.png');
  const upload = await uploadOf(desk);

  await desk.chooseModel('Forest');
  const price = await desk.price();
  await picture('4-priced.png');
  const id = await steps.take('Processing', () => desk.run(`Forest of ${mosaic}`));
  await picture('5-processing.png');
  const features = await steps.take('Keeping the result', () => desk.whenKept(id));
  const processing = await processingOf(desk, id);

  await steps.take('Showing the result over the image', () => desk.showResult(id));
  await picture('6-result-over.png');
  await steps.take('Showing the result beside the image', () => desk.compare('side-by-side'));
  await picture('7-result-beside.png');
  await desk.compare('overlay');
  await steps.take('Saving the result', async () => {
    await desk.exportResult(id, 'gpkg', join(out, 'result.gpkg'));
    await desk.exportResult(id, 'geojson', join(out, 'result.geojson'));
  });

  await steps.take('Restarting without the engine', async () => {
    await launched.close();
    launched = await start();
    desk = new Desk(launched);
    await desk.whenOnline();
    await desk.stopEngine();
    // The layers of last time come back by themselves.
    await desk.layer(basename(image)).waitFor();
    await desk.whenDrawn();
  });
  const offline = await steps.take('Reading the result without the engine', async () => {
    await desk.openTab('jobs');
    const kept = await desk.whenKept(id);
    if (kept > 0) await desk.tableRows(id);
    await desk.openTab('jobs');
    await desk.showResult(id);
    return kept;
  });
  await picture('8-offline.png');

  const summary = {
    runtime,
    image: { path: image, synthetic: values.image === undefined },
    upload: { chunks, bytes: upload.bytesTotal },
    processing: { id, status: processing.status, cost: processing.cost, price, model: processing.modelName },
    features,
    featuresReadableOffline: offline,
    seconds: steps.seconds,
    complaints: launched.complaints,
  };
  writeFileSync(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  steps.say(`${features} features, ${offline} of them readable offline. Everything is in ${out}.`);
  await finish(launched, steps);
}

async function chooseImage(): Promise<string> {
  if (values.image !== undefined) {
    const given = resolve(values.image);
    if (!existsSync(given)) throw new Error(`There is no file ${given}. Name a GeoTIFF after --image.`);
    return given;
  }
  const path = join(out, `synthetic-scene-${sample.seed}.tif`);
  await generateScene({
    path,
    truthPath: path.replace(/\.tif$/, '.truth.geojson'),
    ...sample,
    compression: 'deflate',
  });
  return path;
}

/** A desktop keeps the window until it is closed; without a display there is nobody to look. */
async function finish(launched: LaunchedApp, steps: Steps): Promise<void> {
  if (!staysOpen) return launched.close();
  steps.say('The window stays open; close it to end the demo.');
  await new Promise<void>((done) => launched.app.once('close', () => done()));
}

async function uploadOf(desk: Desk): Promise<Upload> {
  const uploads = await callBridge(desk.page, 'uploads.list');
  const upload = uploads[0];
  if (!upload) throw new Error('The window lists no upload.');
  return upload;
}

async function processingOf(desk: Desk, id: string): Promise<Processing> {
  const processings = await callBridge(desk.page, 'processings.list');
  const processing = processings.find((candidate) => candidate.id === id);
  if (!processing) throw new Error(`The window does not list the processing ${id}.`);
  return processing;
}

demo().catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await running?.page.screenshot({ path: join(out, 'failed.png') }).catch(() => undefined);
  // Ends a window that still runs, too: Playwright takes it along.
  process.exit(1);
});
