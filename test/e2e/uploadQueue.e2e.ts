import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Upload } from '@shared/ipc/types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestEngine, token, type TestEngine } from '../contract/support';
import { FaultProxy } from '../faults/faultProxy';
import { refusals, sessionEnds, type Fault } from '../faults/faults';
import { writeMultispectral } from '../fixtures/multispectral';
import { callBridge } from '../support/bridge';
import { explainSkip } from '../support/data';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { writeOrthophoto } from '../unit/uploads/orthophoto';

/** Pictures of what the program really does when a server, a file or a disk fails. `ORTHODESK_PICTURES` names a folder that stays. */
const folder = temporaryFolder();
const pictures = process.env.ORTHODESK_PICTURES ?? folder.path('pictures');
const targetBytes = 65_536;
const size = { width: 1440, height: 900 };

let launched: LaunchedApp;
let desk: Desk;
let engine: TestEngine;
let proxy: FaultProxy;
/** What happens to the chunks of a mosaic after its first one; by the mosaic's id. */
const fates = new Map<string, { fault: Fault | null; spared: number }>();
/** Lists of a mosaic that come before one that never does. */
const lists = new Map<string, number>();
/** What is said of the readiness of a mosaic's images, in the server's place. */
const readiness = new Map<string, Fault>();
let verdict: Fault | null = null;

const patience = (status: number): Fault => ({
  kind: 'answer',
  status,
  body: '',
  done: false,
  retryAfterMs: 900_000,
});

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  engine = await startTestEngine();
  proxy = new FaultProxy(engine.engine.url);
  await proxy.start();
  proxy.next = ({ method, path }) => {
    if (verdict) return verdict;
    const [, id = '', what] = /mosaic\/([^/]+)\/(image|status)/.exec(path) ?? [];
    if (what === 'status') return readiness.get(id) ?? null;
    if (method === 'GET') return listing(id);
    const fate = fates.get(id);
    if (!fate || method !== 'POST') return null;
    return fate.spared-- > 0 ? null : fate.fault;
  };
  launched = await launchApp({ size });
  desk = new Desk(launched);
  await desk.whenOnline();
  const url = proxy.baseUrl.replace('orthodesk.test', '127.0.0.1');
  await desk.addAccount({ name: 'Survey', url, token });
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  await proxy.close();
  await engine.stop();
  folder.remove();
});

async function picture(name: string, of = desk): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await of.page.emulateMedia({ colorScheme: theme });
    await of.screenshot(join(pictures, `${name}-${theme}.png`));
  }
}

function listing(mosaicId: string): Fault | null {
  const spared = lists.get(mosaicId);
  if (spared === undefined) return null;
  lists.set(mosaicId, spared - 1);
  return spared > 0 ? null : { kind: 'stall_unanswered' };
}

/** The server is still at work on every image. */
async function inProgress(mosaicId: string): Promise<Fault> {
  const images = (await engine.client.images.list(mosaicId)).map(({ id, filename }) => ({
    image_id: id,
    filename,
    preprocessing_status: 'IN_PROGRESS',
    data_available: false,
  }));
  const body = JSON.stringify({ mosaic_id: mosaicId, total_images: images.length, images });
  return { kind: 'answer', status: 200, body, done: false };
}

/** Begins an upload of three chunks into a mosaic of its own, whose chunks meet their fate after the first one. */
async function begin(name: string, fault: Fault | null, listsThatCome?: number): Promise<Upload> {
  const path = folder.path(`${name}.tif`);
  writeOrthophoto(path, { columns: 4, rows: 4, seed: name.length });
  const { id } = await engine.client.mosaics.create({ name });
  fates.set(id, { fault, spared: 1 });
  if (listsThatCome !== undefined) lists.set(id, listsThatCome);
  const input = { paths: [path], mosaic: { id }, targetBytes };
  const { uploads, failures } = await callBridge(desk.page, 'uploads.startFiles', input);
  expect(failures).toEqual([]);
  return uploads[0] as Upload;
}

const row = (id: string, state: Upload['state'], of = desk) =>
  of.page.locator(`[data-testid="upload-row"][data-upload-id="${id}"][data-state="${state}"]`);

/** The dock shows a few rows at a time. */
async function scrolled(name: string): Promise<void> {
  for (let part = 1; ; part++) {
    const isEnd = await desk.page.evaluate((nth) => {
      const scroller = document.querySelector('[data-drop="upload"] .scroller');
      if (!scroller) throw new Error('there is no list of uploads');
      scroller.scrollTo(0, (nth - 1) * 144);
      return scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
    }, part);
    await picture(`${name}-${part}`);
    if (isEnd) return;
  }
}

test('the queue says of each upload what it really does', async () => {
  await desk.openTab('uploads');
  const done = await begin('finished', null);
  await row(done.id, 'done').waitFor();
  const full = await begin('account-full', refusals['a full account']?.fault ?? null);
  await row(full.id, 'failed').waitFor();
  expect(await row(full.id, 'failed').innerText()).toMatch(/storage|left|room/i);
  // Paused, so that what happens to their files is met when they go on.
  const stall: Fault = { kind: 'stall_at', bytes: 20_000 };
  const changed = await begin('changed', stall);
  const missing = await begin('drive-gone', stall);
  for (const { id } of [changed, missing]) await callBridge(desk.page, 'uploads.pause', { uploadId: id });
  writeOrthophoto(changed.path, { columns: 4, rows: 4, seed: 99 });
  unlinkSync(missing.path);
  for (const { id } of [changed, missing]) await callBridge(desk.page, 'uploads.resume', { uploadId: id });
  for (const { id } of [changed, missing]) await row(id, 'failed').waitFor();
  const given = await begin('given-up', stall);
  await callBridge(desk.page, 'uploads.cancel', { uploadId: given.id });
  await row(given.id, 'cancelled').waitFor();

  // The list before the first chunk, and the one after the last, do not come.
  const waiting = await begin('slow-list', null, 0);
  await row(waiting.id, 'waiting').waitFor();
  const verifying = await begin('last-look', null, 1);
  await row(verifying.id, 'verifying').waitFor();
  const preparing = await begin('slow-server', null, 1);
  await row(preparing.id, 'verifying').waitFor();
  await callBridge(desk.page, 'uploads.pause', { uploadId: preparing.id });
  const { mosaicId } = preparing;
  if (!mosaicId) throw new Error('an upload into a mosaic that is there has its id');
  lists.delete(mosaicId);
  readiness.set(mosaicId, await inProgress(mosaicId));
  await callBridge(desk.page, 'uploads.resume', { uploadId: preparing.id });
  await row(preparing.id, 'preparing').waitFor();

  const retrying = await begin('busy-server', patience(503));
  const waits = row(retrying.id, 'sending').filter({ hasText: 'Waiting to retry' });
  await waits.waitFor();
  const paused = await begin('paused', stall);
  await callBridge(desk.page, 'uploads.pause', { uploadId: paused.id });
  await row(paused.id, 'paused').waitFor();
  const sending = await begin('sending', stall);
  await desk.page
    .locator(`[data-upload-id="${sending.id}"][data-state="sending"]:not([data-chunks-confirmed="0"])`)
    .waitFor();
  await scrolled('real-queue');

  await proxy.stop();
  await row(sending.id, 'offline').waitFor();
  await scrolled('real-offline');
  verdict = sessionEnds;
  await proxy.start();
  await callBridge(desk.page, 'uploads.networkIsBack');
  await row(sending.id, 'paused').waitFor();
  await scrolled('real-token-expired');

  verdict = null;
  for (const wrong of [fates, lists, readiness]) wrong.clear();
  for (const account of await callBridge(desk.page, 'accounts.list')) {
    if (account.name === 'Survey')
      await callBridge(desk.page, 'accounts.signIn', { accountId: account.id, token });
  }
  for (const { id } of [sending, waiting, verifying, preparing]) await row(id, 'done').waitFor();
  await scrolled('real-after-sign-in');
}, 120_000);

test('what is reduced is chosen, told of and marked', async () => {
  const path = folder.path('field.tif');
  writeMultispectral(path, { columns: 16, rows: 16 });
  await desk.open(path);
  await desk.at('upload-button').click();
  const ready = desk.page.locator('[data-testid="upload-plan"][data-state="ready"]');
  await ready.waitFor();
  expect(await desk.at('upload-plan').innerText()).toContain('Reduced to 3 bands of 8 bits');
  await picture('reduce-offered');
  await desk.at('upload-reduce').click();
  await desk.at('upload-reduce-option').filter({ hasText: 'JPEG' }).click();
  await desk.page.getByText('Values are stretched to 8 bits').waitFor();
  await ready.waitFor();
  expect(await desk.at('upload-plan').innerText()).toMatch(/Left out: band 4/);
  await picture('reduce-chosen');
  await desk.at('upload-start').click();
  const reduced = desk.page
    .locator('[data-testid="upload-row"][data-state="done"]')
    .filter({ hasText: 'field.tif' });
  await reduced.waitFor();
  expect(await reduced.innerText()).toContain('8 bits, JPEG');
  await scrolled('reduce-done');
}, 60_000);

/** A file system of its own that can be filled; null where this user may not mount one. */
function smallDisk(): { readonly path: string; unmount(): void } | null {
  const path = mkdtempSync(join(tmpdir(), 'orthodesk-full-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600m', 'tmpfs', path]).status !== 0) {
    rmSync(path, { recursive: true });
    return null;
  }
  return {
    path,
    unmount: () => {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

test('a disk that fills up while an image is sent is told, and the upload goes on when there is room', async (context) => {
  const disk = smallDisk();
  if (!disk) {
    explainSkip('a full disk in the window', 'this user may not mount a file system');
    return context.skip();
  }
  const cramped = await launchApp({ size, userDataDir: join(disk.path, 'data') });
  const view = new Desk(cramped);
  try {
    await view.whenOnline();
    await view.openTab('uploads');
    await callBridge(view.page, 'uploads.setBandwidth', { limit: 40_000, night: null });
    const path = folder.path('full-disk.tif');
    writeOrthophoto(path, { columns: 8, rows: 6, seed: 4 });
    const { uploads } = await callBridge(view.page, 'uploads.startFiles', {
      paths: [path],
      mosaic: { name: 'Full disk' },
      targetBytes,
    });
    const { id } = uploads[0] as Upload;
    await view.page.locator(`[data-upload-id="${id}"]:not([data-chunks-confirmed="0"])`).waitFor();
    const ballast = join(disk.path, 'ballast');
    for (let bytes = 512 << 20; bytes >= 512; bytes >>= 1) {
      try {
        writeFileSync(`${ballast}-${bytes}`, Buffer.alloc(bytes, 1));
      } catch {
        // So much does not fit; half of it may.
      }
    }
    await callBridge(view.page, 'uploads.setBandwidth', { limit: null, night: null }).catch(() => undefined);
    await row(id, 'failed', view).waitFor();
    expect(await row(id, 'failed', view).innerText()).toMatch(/disk|full|room/i);
    await picture('real-disk-full', view);
    for (let bytes = 512 << 20; bytes >= 512; bytes >>= 1) rmSync(`${ballast}-${bytes}`, { force: true });
    await view.page.locator(`[data-upload-id="${id}"] [data-testid="upload-retry"]`).click();
    await row(id, 'done', view).waitFor();
  } finally {
    await cramped.close();
    disk.unmount();
  }
}, 120_000);
