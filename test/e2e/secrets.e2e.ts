import { readFileSync, readdirSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import keytar from 'keytar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callBridge } from '../support/bridge';
import { Desk } from '../support/desk';
import { startStandaloneEngine, type StandaloneEngine } from '../support/engine';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';

/** A server that speaks the API stands in for Mapflow; the token is as long and odd as a real one. */
const token = 'bWFwcGVyQGV4YW1wbGUub3JnOjlmM2ItNzdhYy1zM2NyM3Q';
const folder = temporaryFolder();
const userDataDir = folder.path('user-data');
let server: StandaloneEngine;
let launched: LaunchedApp;
let desk: Desk;

beforeAll(async () => {
  server = await startStandaloneEngine({ dataDir: folder.path('server'), token });
  launched = await launchApp({ userDataDir });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  await server.stop();
  folder.remove();
});

test('a wrong token is refused in a sentence and nothing is kept', async () => {
  await desk.addAccount({ name: 'Survey', url: server.url, token: 'not-the-token' });
  expect(await desk.alert()).toMatch(/token/i);
  expect(await everySecret()).not.toContain('not-the-token');
  await desk.page.keyboard.press('Escape');
  await desk.dismissAlerts();
  expect((await callBridge(desk.page, 'accounts.list')).map((account) => account.kind)).toEqual(['local']);
});

test('a verified token is in the Secret Service', async () => {
  await desk.addAccount({ name: 'Survey', url: server.url, token });
  await desk.page.locator('[data-testid="account-menu"]', { hasText: 'Survey' }).waitFor();
  await desk.whenOnline();
  expect(await everySecret()).toContain(token);
});

test('it is nowhere else: not in the data folder, the logs or the window', async () => {
  // The window has worked with it: lists, status and log are all in place before the search.
  await callBridge(desk.page, 'accounts.refresh');
  await desk.openTab('log');
  const forms = [token, Buffer.from(token).toString('base64'), encodeURIComponent(token)];
  const held = await desk.page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify({ ...localStorage }),
  );
  for (const form of forms) {
    expect(held).not.toContain(form);
    expect(launched.output()).not.toContain(form);
    expect(filesWith(userDataDir, form)).toEqual([]);
  }
  expect(JSON.stringify(await callBridge(desk.page, 'accounts.list'))).not.toContain(token);
});

test('the search would find it', () => {
  expect(filesWith(folder.path('.'), 'Survey').length).toBeGreaterThan(0);
});

test('signing out deletes it', async () => {
  const mapflow = (await callBridge(desk.page, 'accounts.list')).find(
    (account) => account.kind === 'mapflow',
  );
  await desk.signOut('Survey');
  expect(mapflow?.signedIn).toBe(true);
  await expect.poll(everySecret).not.toContain(token);
});

async function everySecret(): Promise<string[]> {
  return (await keytar.findCredentials('Orthodesk')).map(({ password }) => password);
}

function filesWith(root: string, text: string): string[] {
  const bytes = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(root, name);
    if (!lstatSync(path).isFile()) return false;
    const content = readFileSync(path);
    return bytes.some((pattern) => content.includes(pattern));
  });
}
