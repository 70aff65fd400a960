import type { BandStatistics, LonLatBox, RasterInfo, ResultSummary } from '@shared/ipc/types';
import { defaultDisplay, type RasterDisplay } from '../map/rasterDisplay';

abstract class BaseLayer {
  abstract readonly id: string;
  abstract readonly kind: 'raster' | 'result';
  #name = $state('');
  #visible = $state(true);
  #opacity = $state(1);
  #expanded = $state(false);

  constructor(name: string) {
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }

  /** Only here, in the list: the file or the processing keeps its own name. Blank names are refused silently. */
  rename(name: string): void {
    if (name.trim() !== '') this.#name = name.trim();
  }

  get visible(): boolean {
    return this.#visible;
  }

  set visible(visible: boolean) {
    this.#visible = visible;
  }

  /** 0–1 */
  get opacity(): number {
    return this.#opacity;
  }

  set opacity(opacity: number) {
    this.#opacity = Math.min(1, Math.max(0, opacity));
  }

  /** Whether the list shows its legend or display settings. */
  get expanded(): boolean {
    return this.#expanded;
  }

  set expanded(expanded: boolean) {
    this.#expanded = expanded;
  }
}

/** An open raster on the map. */
export class RasterLayer extends BaseLayer {
  readonly kind = 'raster';
  readonly id: string;
  readonly raster: RasterInfo;
  #statistics = $state.raw<readonly BandStatistics[] | null>(null);
  #display = $state.raw<RasterDisplay>(defaultDisplay(null, null));
  /** The display as the program set it: while it stands, the user has changed nothing. */
  #default: RasterDisplay;

  constructor(raster: RasterInfo) {
    super(raster.name);
    this.id = raster.id;
    this.raster = raster;
    this.#default = defaultDisplay(raster.description, null);
    this.#display = this.#default;
  }

  get bbox(): LonLatBox | null {
    return this.raster.bbox;
  }

  get statistics(): readonly BandStatistics[] | null {
    return this.#statistics;
  }

  /** The sampled statistics arrive after the first picture; the display follows where the user has not set it. */
  takeStatistics(statistics: readonly BandStatistics[]): void {
    this.#statistics = statistics;
    if (this.#display === this.#default) this.resetDisplay();
  }

  get display(): RasterDisplay {
    return this.#display;
  }

  change(part: Partial<RasterDisplay>): void {
    this.#display = { ...this.#display, ...part };
  }

  resetDisplay(): void {
    this.#default = defaultDisplay(this.raster.description, this.#statistics);
    this.#display = this.#default;
  }
}

/** A kept result on the map. */
export class ResultLayer extends BaseLayer {
  readonly kind = 'result';
  readonly id: string;
  readonly processingId: string;
  readonly summary: ResultSummary;

  constructor(processingId: string, name: string, summary: ResultSummary) {
    super(name);
    this.id = resultLayerId(processingId);
    this.processingId = processingId;
    this.summary = summary;
    this.expanded = true;
  }

  get bbox(): LonLatBox | null {
    return this.summary.bbox;
  }
}

export type Layer = RasterLayer | ResultLayer;

const resultLayerId = (processingId: string): string => `result:${processingId}`;

/** What the map draws, the topmost first, and which layer the other panels speak of. */
export class LayerStack {
  #layers = $state.raw<readonly Layer[]>([]);
  #selectedId = $state<string | null>(null);

  get all(): readonly Layer[] {
    return this.#layers;
  }

  get rasters(): readonly RasterLayer[] {
    return this.#layers.filter((layer) => layer.kind === 'raster');
  }

  get results(): readonly ResultLayer[] {
    return this.#layers.filter((layer) => layer.kind === 'result');
  }

  get selected(): Layer | null {
    return this.#layers.find((layer) => layer.id === this.#selectedId) ?? null;
  }

  /** The raster that commands mean: the selected one, else the topmost. */
  get activeRaster(): RasterLayer | null {
    const selected = this.selected;
    return selected?.kind === 'raster' ? selected : (this.rasters[0] ?? null);
  }

  /** The result that commands mean: the selected one, else the topmost. */
  get activeResult(): ResultLayer | null {
    const selected = this.selected;
    return selected?.kind === 'result' ? selected : (this.results[0] ?? null);
  }

  find(id: string): Layer | null {
    return this.#layers.find((layer) => layer.id === id) ?? null;
  }

  /** Rasters go on top of other rasters but under results; one that is there already is only selected. */
  addRaster(raster: RasterInfo): RasterLayer {
    const present = this.rasters.find((layer) => layer.id === raster.id);
    if (present) {
      this.select(present.id);
      return present;
    }
    const layer = new RasterLayer(raster);
    const firstRaster = this.#layers.findIndex((other) => other.kind === 'raster');
    const at = firstRaster < 0 ? this.#layers.length : firstRaster;
    this.#layers = [...this.#layers.slice(0, at), layer, ...this.#layers.slice(at)];
    this.select(layer.id);
    return layer;
  }

  /** A result that is there already is replaced in place, with what the user set for it. */
  addResult(processingId: string, name: string, summary: ResultSummary): ResultLayer {
    const layer = new ResultLayer(processingId, name, summary);
    const present = this.find(layer.id);
    if (present) {
      layer.opacity = present.opacity;
      layer.expanded = present.expanded;
      this.#layers = this.#layers.map((other) => (other === present ? layer : other));
    } else {
      this.#layers = [layer, ...this.#layers];
    }
    this.select(layer.id);
    return layer;
  }

  hasResult(processingId: string): boolean {
    return this.find(resultLayerId(processingId)) !== null;
  }

  removeResult(processingId: string): void {
    this.remove(resultLayerId(processingId));
  }

  remove(id: string): void {
    this.#layers = this.#layers.filter((layer) => layer.id !== id);
    if (this.#selectedId === id) this.#selectedId = this.#layers[0]?.id ?? null;
  }

  select(id: string | null): void {
    this.#selectedId = id;
  }

  /** To a place in the list, counted from the top. */
  move(id: string, to: number): void {
    const layer = this.find(id);
    if (!layer) return;
    const others = this.#layers.filter((other) => other !== layer);
    const at = Math.min(others.length, Math.max(0, to));
    this.#layers = [...others.slice(0, at), layer, ...others.slice(at)];
  }
}
