import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { stubDialog } from 'electron-playwright-helpers';
import type { Locator, Page } from 'playwright-core';
import type { LaunchedApp } from './launch';

/** How long the program may take, in ms, before a step counts as stuck. */
const patience = { short: 30_000, long: 180_000 };

export type CompareMode = 'overlay' | 'swipe' | 'side-by-side';

/**
 * The window as a user works it: what can be clicked and what can be read, by the handles of docs/e2e-handles.md. Every wait
 * is for something that the window shows.
 */
export class Desk {
  readonly #launched: LaunchedApp;

  constructor(launched: LaunchedApp) {
    this.#launched = launched;
  }

  get page(): Page {
    return this.#launched.page;
  }

  at(handle: string): Locator {
    return this.page.getByTestId(handle);
  }

  /** The last message of trouble that the window shows, once it does. */
  async alert(): Promise<string> {
    const alert = this.page.getByRole('alert').last();
    await alert.waitFor({ timeout: patience.short });
    return (await alert.innerText()).replace(/\s+/g, ' ').trim();
  }

  async dismissAlerts(): Promise<void> {
    const close = this.at('toast-dismiss');
    while ((await close.count()) > 0) await close.first().click();
  }

  async whenOnline(): Promise<void> {
    await this.page
      .locator('[data-testid="account-menu"][data-state="online"]')
      .waitFor({ timeout: patience.short });
  }

  /** Through the system's dialog, which answers with these files. */
  async chooseFiles(paths: readonly string[]): Promise<void> {
    await stubDialog(this.#launched.app, 'showOpenDialog', { canceled: false, filePaths: [...paths] });
    await this.at('open-button').click();
  }

  /** Opens a raster and waits until the map has drawn it. */
  async open(path: string): Promise<void> {
    const before = await this.at('layer-row').count();
    await this.chooseFiles([path]);
    await this.at('layer-row').nth(before).waitFor({ timeout: patience.short });
    await this.whenDrawn();
  }

  /** Lets files fall onto the window, as from a file manager. */
  async drop(paths: readonly string[]): Promise<void> {
    // A File with a path exists only where the user chose it: an input of ours takes the files, the drop carries them.
    await this.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.hidden = true;
      input.id = 'dropped-files';
      document.body.append(input);
    });
    await this.page.locator('#dropped-files').setInputFiles([...paths]);
    await this.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#dropped-files');
      const dataTransfer = new DataTransfer();
      for (const file of input?.files ?? []) dataTransfer.items.add(file);
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
      input?.remove();
    });
  }

  async whenDrawn(): Promise<void> {
    await this.page.locator('[data-testid="map"][data-state="ready"]').waitFor({ timeout: patience.long });
  }

  /** Uploads the selected image; answers with the number of chunks once all are in the mosaic and usable. */
  async upload(options: {
    mosaic: string;
    atLeastChunks?: number;
    onSent?: () => Promise<void>;
  }): Promise<number> {
    await this.at('upload-button').click();
    await this.at('upload-dialog').waitFor();
    await this.at('upload-mosaic-name').fill(options.mosaic);
    const planned = await this.#chooseChunkSize(options.atLeastChunks ?? 1);
    await this.at('upload-start').click();
    const row = this.at('upload-row').first();
    await row.waitFor({ timeout: patience.short });
    await options.onSent?.();
    const over = this.page.locator(
      '[data-testid="upload-row"][data-state="done"], [data-testid="upload-row"][data-state="failed"]',
    );
    await this.#whenOver(row, over.first());
    if ((await row.getAttribute('data-state')) !== 'done')
      throw new Error(`The upload failed: ${await row.innerText()}`);
    return planned;
  }

  /** Waits for the end of what a row tells of: however long it takes, while its progress goes on. */
  async #whenOver(row: Locator, end: Locator): Promise<void> {
    const bar = row.getByRole('progressbar');
    const progress = async () => ((await bar.count()) > 0 ? bar.first().getAttribute('aria-valuenow') : null);
    for (let before = await progress(); ;) {
      const stuck = await end.waitFor({ timeout: patience.long }).then(
        () => null,
        (error: Error) => error,
      );
      if (stuck === null) return;
      const now = await progress();
      if (now === before && (await end.count()) === 0) throw stuck;
      before = now;
    }
  }

  /** The largest size of chunk on offer that makes at least so many chunks. */
  async #chooseChunkSize(atLeast: number): Promise<number> {
    for (let option = -1; ; option--) {
      const chunks = await this.#plannedChunks();
      if (chunks >= atLeast) return chunks;
      await this.at('upload-chunk-size').click();
      const choices = this.page.getByRole('option');
      const wanted = (await choices.count()) + option;
      if (wanted < 1) throw new Error(`This image cannot be cut into ${atLeast} chunks; it makes ${chunks}.`);
      await choices.nth(wanted).click();
    }
  }

  async #plannedChunks(): Promise<number> {
    const plan = this.at('upload-plan').and(this.page.locator('[data-state="ready"]'));
    await plan.waitFor({ timeout: patience.short });
    return Number(await plan.getAttribute('data-chunks'));
  }

  async chooseModel(name: string): Promise<void> {
    await this.at('model-select').click();
    await this.page.getByRole('option', { name, exact: true }).click();
  }

  /** The price in credits that the window shows, once the server has said it. */
  async price(): Promise<number> {
    const price = this.page.locator('[data-testid="price"][data-state="ready"]');
    await price.waitFor({ timeout: patience.short });
    return Number(await price.getAttribute('data-credits'));
  }

  /** Runs what the panel describes, accepting the price, and answers with the processing's id. */
  async run(name: string): Promise<string> {
    await this.at('processing-name').fill(name);
    await this.price();
    await this.page.locator('[data-testid="run-button"]:enabled').click({ timeout: patience.short });
    await this.at('confirm-yes').click();
    const row = this.at('job-row').filter({ hasText: name }).first();
    await row.waitFor({ timeout: patience.short });
    return (await row.getAttribute('data-job-id')) ?? '';
  }

  job(id: string): Locator {
    return this.page.locator(`[data-testid="job-row"][data-job-id="${id}"]`);
  }

  /** Waits until the result of a processing is kept here; answers with the number of its features. */
  async whenKept(id: string): Promise<number> {
    const kept = this.page.locator(`[data-testid="job-row"][data-job-id="${id}"][data-result="ready"]`);
    const over = this.page.locator(`[data-testid="job-row"][data-job-id="${id}"][data-status="FAILED"]`);
    await this.#whenOver(this.job(id), kept.or(over));
    if ((await kept.count()) === 0) throw new Error(`The processing failed: ${await over.innerText()}`);
    return Number(await this.job(id).getByTestId('job-features').getAttribute('data-count'));
  }

  async hideResult(id: string): Promise<void> {
    const row = this.job(id);
    if ((await row.getAttribute('data-shown')) === 'true') await row.getByTestId('job-show').click();
    await this.page.locator(`[data-testid="job-row"][data-job-id="${id}"][data-shown="false"]`).waitFor();
    await this.whenDrawn();
  }

  async showResult(id: string): Promise<void> {
    const row = this.job(id);
    if ((await row.getAttribute('data-shown')) !== 'true') await row.getByTestId('job-show').click();
    await this.page.locator(`[data-testid="job-row"][data-job-id="${id}"][data-shown="true"]`).waitFor();
    await this.whenDrawn();
  }

  async compare(mode: CompareMode): Promise<void> {
    await this.at('compare-menu').click();
    await this.at(`compare-${mode}`).click();
    await this.whenDrawn();
  }

  async openTab(tab: 'uploads' | 'jobs' | 'table' | 'log'): Promise<void> {
    await this.at(`tab-${tab}`).click();
  }

  /** Rows of the attribute table that are on screen, after opening it. */
  async tableRows(id: string): Promise<number> {
    await this.openTab('jobs');
    await this.job(id).getByTestId('job-menu').click();
    await this.at('job-open-table').click();
    await this.at('table-row').first().waitFor({ timeout: patience.short });
    return this.at('table-row').count();
  }

  /** Saves the result through the system's dialog, which answers with this path. */
  async exportResult(id: string, format: 'gpkg' | 'geojson', path: string): Promise<void> {
    await stubDialog(this.#launched.app, 'showSaveDialog', { canceled: false, filePath: path });
    await this.openTab('jobs');
    await this.job(id).getByTestId('job-menu').click();
    await this.at(`job-export-${format}`).click();
    // Others may still be there: of what was kept just now, say.
    const told = this.at('toast-ok').filter({ hasText: basename(path) });
    await told.first().waitFor({ timeout: patience.long });
    await this.dismissAlerts();
  }

  async stopEngine(): Promise<void> {
    await this.at('account-menu').click();
    await this.at('engine-stop').click();
    await this.page
      .locator('[data-testid="account-menu"][data-state="offline"]')
      .waitFor({ timeout: patience.short });
  }

  async startEngine(): Promise<void> {
    await this.at('account-menu').click();
    await this.at('engine-start').click();
  }

  /** Fills in the form for a Mapflow profile and sends it. */
  async addAccount(account: { name: string; url: string; token: string }): Promise<void> {
    await this.at('account-menu').click();
    await this.at('account-add').click();
    await this.at('account-name').fill(account.name);
    await this.at('account-url').fill(account.url);
    await this.at('account-token').fill(account.token);
    await this.at('account-submit').click();
  }

  async signOut(name: string): Promise<void> {
    await this.at('account-menu').click();
    await this.at('account-manage').click();
    await this.at('account-row').filter({ hasText: name }).getByTestId('account-sign-out').click();
    await this.at('confirm-yes').click();
  }

  layer(name: string): Locator {
    return this.at('layer-row').filter({ hasText: name });
  }

  async selectLayer(name: string): Promise<void> {
    await this.layer(name).getByText(name).click();
  }

  async removeLayer(name: string): Promise<void> {
    await this.layer(name).getByTestId('layer-menu').click();
    await this.at('layer-remove').click();
    await this.layer(name).waitFor({ state: 'detached' });
  }

  /** Draws a triangle in the corner of the map, where the square image does not reach. */
  async drawAreaBesideImage(): Promise<void> {
    await this.at('area-drawn').click();
    const map = await this.at('map').boundingBox();
    if (!map) throw new Error('There is no map on screen.');
    const corner = { x: map.x + 24, y: map.y + map.height / 2 };
    await this.page.mouse.click(corner.x, corner.y);
    await this.page.mouse.click(corner.x + 24, corner.y);
    await this.page.mouse.dblclick(corner.x + 24, corner.y + 40);
  }

  /** What the map shows, as PNG. */
  async mapPicture(): Promise<Buffer> {
    return this.at('map').screenshot();
  }

  async screenshot(path: string): Promise<Buffer> {
    await this.page.screenshot({ path });
    return readFileSync(path);
  }
}
