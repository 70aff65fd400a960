import { toErrorData } from '@shared/errors';
import type { KeptLayer, ViewPlace } from '@shared/ipc/desk';
import type { RasterInfo } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { LostLayer, RasterLayer, ResultLayer, type Layer, type LayerStack } from './layers.svelte';
import type { Rasters } from './rasters.svelte';
import type { Settings } from './settings.svelte';

const saveAfterMilliseconds = 200;

/** Keeps the layers, with all that the user set for them, from one start to the next. */
export class Memory {
  readonly #api: Api;
  readonly #settings: Settings;
  readonly #layers: LayerStack;
  readonly #rasters: Rasters;
  #saving: ReturnType<typeof setTimeout> | null = null;
  #saved = '';
  #savedRefs = '';
  #restoring = $state(true);

  /** Whether layers of the last session are on the map again. */
  #cameBack = false;
  #viewTaken = false;

  constructor(api: Api, settings: Settings, layers: LayerStack, rasters: Rasters) {
    this.#settings = settings;
    this.#api = api;
    this.#layers = layers;
    this.#rasters = rasters;
  }

  /** True until the layers of the last session are back. */
  get restoring(): boolean {
    return this.#restoring;
  }

  /** Brings back what lay on the map. A file that is gone keeps its place as a lost layer; a result that is gone does not. */
  async restore(): Promise<void> {
    try {
      const kept = await this.#api.call('desk.layers');
      if (kept.length > 0) await this.#bringBack(kept);
      else this.#saved = '[]';
    } finally {
      this.#restoring = false;
    }
  }

  async #bringBack(kept: readonly KeptLayer[]): Promise<void> {
    const paths = kept.filter(({ kind }) => kind === 'raster').map(({ ref }) => ref);
    const opened =
      paths.length === 0
        ? { rasters: [], failures: [] }
        : await this.#api.call('rasters.open', { paths, remembered: true });
    const byPath = new Map(opened.rasters.map((raster) => [raster.path, raster]));
    const errors = new Map(opened.failures.map(({ path, error }) => [path, error]));
    const layers = await Promise.all(
      kept.map(async (layer): Promise<Layer | null> => {
        if (layer.kind === 'result') return this.#result(layer);
        const raster = byPath.get(layer.ref);
        if (raster) return restoredRaster(raster, layer.state);
        const error = errors.get(layer.ref) ?? toErrorData(new Error('not opened'));
        return new LostLayer(layer.ref, error, layer.state);
      }),
    );
    this.#cameBack = opened.rasters.length > 0;
    this.#layers.restore(layers.filter((layer) => layer !== null));
    for (const raster of opened.rasters) void this.#rasters.readStatistics(raster.id);
  }

  async #result({ ref, state }: KeptLayer): Promise<Layer | null> {
    try {
      const summary = await this.#api.call('results.summary', { processingId: ref });
      const layer = new ResultLayer(ref, ref, summary);
      layer.recall(state);
      return layer;
    } catch {
      return null;
    }
  }

  /** Where the map stood at the last end; only once, since after that the user moves it. */
  takeView(): ViewPlace | null {
    const view = this.#cameBack && !this.#viewTaken ? this.#settings.recall('view', isPlace) : null;
    this.#viewTaken = true;
    return view;
  }

  keepView(place: ViewPlace | null): void {
    if (place && this.#viewTaken) this.#settings.remember('view', place);
  }

  /** Follows the layers from now on. Returns the function that ends it. */
  follow(): () => void {
    return $effect.root(() => {
      $effect(() => {
        if (!this.#restoring) this.note(this.#layers.all.map((layer) => layer.kept));
      });
    });
  }

  /** Takes note of the layers as they are now, and writes them soon, unless they are as they were. */
  note(layers: readonly KeptLayer[]): void {
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = null;
    const text = JSON.stringify(layers);
    if (text === this.#saved) return;
    // Which layers there are is worth a write at once; a slider is not, for each of its steps.
    const refs = layers.map(({ ref }) => ref).join('\n');
    if (refs === this.#savedRefs) {
      this.#saving = setTimeout(() => void this.#save(layers, text), saveAfterMilliseconds);
      return;
    }
    this.#savedRefs = refs;
    void this.#save(layers, text);
  }

  /** Before the window closes. */
  flush(): void {
    if (this.#saving === null) return;
    clearTimeout(this.#saving);
    const layers = this.#layers.all.map((layer) => layer.kept);
    void this.#save(layers, JSON.stringify(layers));
  }

  async #save(layers: readonly KeptLayer[], text: string): Promise<void> {
    this.#saving = null;
    this.#saved = text;
    try {
      await this.#api.call('desk.keepLayers', { layers: layers.map((layer) => ({ ...layer })) });
    } catch {
      // The next change tries again; what is on the map is worth no alarm.
      this.#saved = '';
    }
  }
}

function restoredRaster(raster: RasterInfo, state: KeptLayer['state']): RasterLayer {
  const layer = new RasterLayer(raster);
  layer.recall(state);
  return layer;
}

function isPlace(value: unknown): value is ViewPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { lon, lat, metresPerPixel, rotation } = value as Record<string, unknown>;
  return [lon, lat, metresPerPixel, rotation].every(Number.isFinite);
}
