import type { OpenedRasters } from '@shared/ipc/contract';
import type { RecentFile } from '@shared/ipc/types';
import type { Api } from '../bridge';
import type { LayerStack, RasterLayer } from './layers.svelte';
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

  async close(layer: RasterLayer): Promise<void> {
    this.#layers.remove(layer.id);
    await this.#problems.attempt(() => this.#api.call('rasters.close', { rasterId: layer.id }));
  }

  async loadRecent(): Promise<void> {
    await this.recent.load(() => this.#api.call('rasters.recent'));
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
    const fresh = opened.rasters.filter((raster) => this.#layers.find(raster.id) === null);
    const layers = opened.rasters.map((raster) => this.#layers.addRaster(raster));
    for (const failure of opened.failures) this.#problems.report(failure.error, fileName(failure.path));
    const top = layers.at(-1);
    if (top) for (const listener of this.#listeners) listener(top);
    for (const raster of fresh) void this.#readStatistics(raster.id);
    void this.loadRecent();
  }

  /** Only a picture that must be stretched waits for its statistics; the panel shows them for every raster. */
  async #readStatistics(rasterId: string): Promise<void> {
    const layer = this.#layers.rasters.find((other) => other.id === rasterId);
    if (!layer) return;
    try {
      layer.takeStatistics(await this.#api.call('rasters.statistics', { rasterId }));
    } catch (error) {
      this.#problems.report(error, layer.name);
    }
  }
}
