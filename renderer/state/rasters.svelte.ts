import type { OpenedRasters } from '@shared/ipc/contract';
import type { FoundFolder } from '@shared/ipc/desk';
import type { RasterInfo, RecentFile } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { isByte } from '../map/rasterDisplay';
import type { LayerStack, LostLayer, RasterLayer } from './layers.svelte';
import { Loadable } from './loadable.svelte';
import type { Problems } from './problems.svelte';

const fileName = (path: string): string => path.split(/[\\/]/).pop() ?? path;

/** Opening and closing rasters; what opens becomes a layer, what does not becomes a notice. */
export class Rasters {
  readonly recent = new Loadable<readonly RecentFile[]>();
  readonly #api: Api;
  readonly #layers: LayerStack;
  readonly #problems: Problems;
  #opening = $state(0);
  /** Whose statistics are read as soon as there is a picture. */
  readonly #awaited = new Set<string>();
  #listeners: ((layer: RasterLayer) => void)[] = [];

  constructor(api: Api, layers: LayerStack, problems: Problems) {
    this.#api = api;
    this.#layers = layers;
    this.#problems = problems;
    api.on('rasters.opened', (opened) => this.#take(opened));
  }

  /** True while files are being opened. */
  get opening(): boolean {
    return this.#opening > 0;
  }

  /** Called with the topmost of the layers that an opening made. */
  onOpened(listener: (layer: RasterLayer) => void): void {
    this.#listeners.push(listener);
  }

  chooseFiles(): Promise<void> {
    return this.#open(() => this.#api.call('rasters.openDialog'));
  }

  openSample(): Promise<void> {
    return this.#open(() => this.#api.call('rasters.openSample'));
  }

  async openPaths(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.#open(() => this.#api.call('rasters.open', { paths: [...paths] }));
  }

  /**
   * Opens what was dropped. A folder that holds one raster is opened like the raster; those that hold several are returned,
   * since the user has to choose.
   */
  async openDropped(paths: readonly string[]): Promise<readonly FoundFolder[]> {
    if (paths.length === 0) return [];
    const { files, folders } = await this.#api.call('files.survey', { paths: [...paths] });
    for (const folder of folders) {
      if (folder.rasters.length === 0) {
        this.#problems.report({ kind: 'desk.empty_folder', params: { name: fileName(folder.path) } });
      }
    }
    const single = folders.filter((folder) => folder.rasters.length === 1);
    await this.openPaths([...files, ...single.flatMap(({ rasters }) => rasters.map(({ path }) => path))]);
    return folders.filter((folder) => folder.rasters.length > 1);
  }

  async close(layer: RasterLayer): Promise<void> {
    this.#layers.remove(layer.id);
    await this.#problems.attempt(() => this.#api.call('rasters.close', { rasterId: layer.id }));
  }

  /** Asks where the file of a layer is now; what lay beside it comes back as well. Returns how many were found. */
  async locate(layer: LostLayer): Promise<number> {
    const missing = this.#layers.lost.map(({ path, identity }) => ({ path, identity }));
    const { found, failures } = await this.#api.call('files.locate', { wanted: layer.path, missing });
    for (const failure of failures) this.#problems.report(failure.error, fileName(failure.path));
    for (const { path, raster } of found) {
      const back = this.#layers.replaceLost(path, raster);
      if (path === layer.path) for (const listener of this.#listeners) listener(back);
      void this.readStatistics(raster.id);
    }
    if (found.length > 0) void this.loadRecent();
    return found.length;
  }

  async loadRecent(): Promise<void> {
    await this.recent.load(() => this.#api.call('rasters.recent'));
  }

  /** One file, or with null the whole list. */
  async forgetRecent(path: string | null): Promise<void> {
    await this.#api.call('files.forgetRecent', { path });
    await this.loadRecent();
  }

  /** To be told when the map shows something: what was not needed for that is read now. */
  pictureShown(): void {
    const ids = [...this.#awaited];
    this.#awaited.clear();
    for (const id of ids) void this.readStatistics(id);
  }

  async readStatistics(rasterId: string): Promise<void> {
    const layer = this.#layers.rasters.find((other) => other.id === rasterId);
    if (!layer) return;
    try {
      layer.takeStatistics(await this.#api.call('rasters.statistics', { rasterId }));
    } catch (error) {
      this.#problems.report(error, layer.name);
    }
  }

  /**
   * A picture that must be stretched waits for its statistics. Bytes stand as they are: reading them for the panel must not
   * keep the reader from the first picture.
   */
  #considerStatistics({ id, description }: RasterInfo): void {
    if (isByte(description)) this.#awaited.add(id);
    else void this.readStatistics(id);
  }

  async #open(read: () => Promise<OpenedRasters>): Promise<void> {
    this.#opening += 1;
    try {
      this.#take(await read());
    } catch (error) {
      this.#problems.report(error);
    } finally {
      this.#opening -= 1;
    }
  }

  #take(opened: OpenedRasters): void {
    const layers = opened.rasters.map((raster) => {
      const layer = this.#layers.addRaster(raster, opened.kept?.[raster.id] ?? null);
      if (layer.id === raster.id) this.#considerStatistics(raster);
      // The file is on the map already: one pair of eyes on it is enough.
      else void this.#problems.attempt(() => this.#api.call('rasters.close', { rasterId: raster.id }));
      return layer;
    });
    for (const failure of opened.failures) this.#problems.report(failure.error, fileName(failure.path));
    const top = layers.at(-1);
    if (top) for (const listener of this.#listeners) listener(top);
    void this.loadRecent();
  }
}
