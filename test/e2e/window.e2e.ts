import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callBridge } from '../support/bridge';
import { Desk } from '../support/desk';
import { launchApp, type LaunchedApp } from '../support/launch';

let launched: LaunchedApp;
let desk: Desk;

beforeAll(async () => {
  launched = await launchApp({ size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(() => launched.close());

test('the page has no Node, no require and its own origin', async () => {
  const found = await desk.page.evaluate(() => ({
    process: typeof (globalThis as Record<string, unknown>)['process'],
    require: typeof (globalThis as Record<string, unknown>)['require'],
    protocol: location.protocol,
  }));
  expect(found).toEqual({ process: 'undefined', require: 'undefined', protocol: 'app:' });
});

test('the window is sandboxed, isolated and without Node', async () => {
  const preferences = await launched.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
});

test('the content policy stops scripts and requests to elsewhere', async () => {
  const outcome = await desk.page.evaluate(async () => {
    const request = await fetch('http://127.0.0.1:9/').then(
      () => 'answered',
      () => 'refused',
    );
    // A script that stands in the page itself must not run.
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineScriptRan = true';
    document.body.append(script);
    script.remove();
    const evaluated = 'inlineScriptRan' in globalThis ? 'ran' : 'refused';
    return { request, evaluated };
  });
  expect(outcome).toEqual({ request: 'refused', evaluated: 'refused' });
});

test('the window neither leaves its page nor opens another', async () => {
  const before = desk.page.url();
  await desk.page.evaluate(() => {
    window.open('https://example.org/');
    location.href = 'https://example.org/';
  });
  await callBridge(desk.page, 'app.info');
  expect(desk.page.url()).toBe(before);
  expect(launched.app.windows()).toHaveLength(1);
});

test('a call that does not fit its schema is refused', async () => {
  const answer = await desk.page.evaluate(() =>
    (
      globalThis as unknown as { orthodesk: { call(...of: unknown[]): Promise<{ ok: boolean }> } }
    ).orthodesk.call('rasters.open', { paths: 'not a list' }),
  );
  expect(answer.ok).toBe(false);
});

test('the runtime for development says so in the window', async () => {
  const info = await callBridge(desk.page, 'app.info');
  expect(await desk.at('stand-in-banner').count()).toBe(info.standIn ? 1 : 0);
});

for (const theme of ['light', 'dark'] as const) {
  test(`the ${theme} window is accessible`, async () => {
    await callBridge(desk.page, 'settings.update', { theme });
    await desk.page.emulateMedia({ colorScheme: theme });
    const { violations } = await new AxeBuilder({ page: desk.page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual(
      [],
    );
  });
}
