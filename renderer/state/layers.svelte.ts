import type { ErrorData } from '@shared/errors';
import type { KeptLayer } from '@shared/ipc/desk';
import type { BandStatistics, LonLatBox, RasterInfo, ResultSummary } from '@shared/ipc/types';
import { identityOf, type RasterIdentity } from '@shared/rasterIdentity';
import { defaultChannel, defaultDisplay, type Channel, type RasterDisplay } from '../map/rasterDisplay';
import { recallDisplay, saveDisplay } from '../map/savedDisplay';

type SavedState = KeptLayer['state'];

abstract class BaseLayer {
  abstract readonly id: string;
  abstract readonly kind: 'raster' | 'result' | 'lost';
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

  /** Whether the list shows its legend or settings. */
  get expanded(): boolean {
    return this.#expanded;
  }

  set expanded(expanded: boolean) {
    this.#expanded = expanded;
  }

  /** What the user set, as plain data. */
  protected get common(): SavedState {
    const { name, visible, opacity, expanded } = this;
    return { name, visible, opacity, expanded };
  }

  /** Takes over what was saved; what does not fit is left out. */
  recall(saved: SavedState): void {
    if (typeof saved['name'] === 'string') this.rename(saved['name']);
    if (typeof saved['opacity'] === 'number') this.opacity = saved['opacity'];
    if (typeof saved['visible'] === 'boolean') this.visible = saved['visible'];
    if (typeof saved['expanded'] === 'boolean') this.expanded = saved['expanded'];
  }
}

/** An open raster on the map. */
export class RasterLayer extends BaseLayer {
  readonly kind = 'raster';
  readonly id: string;
  #raster = $state.raw<RasterInfo>() as RasterInfo;
  #statistics = $state.raw<readonly BandStatistics[] | null>(null);
  #display = $state.raw<RasterDisplay>(defaultDisplay(null, null));
  /** The display as the program set it: while it stands, the user has changed nothing. */
  #default = $state.raw<RasterDisplay>(defaultDisplay(null, null));

  /** By band: the cut that it had when it was on show last. */
  readonly #cuts = new Map<number, Channel>();

  constructor(raster: RasterInfo) {
    super(raster.name);
    this.id = raster.id;
    this.#raster = raster;
    this.#default = defaultDisplay(raster.description, null);
    this.#display = this.#default;
  }

  get bbox(): LonLatBox | null {
    return this.raster.bbox;
  }

  get raster(): RasterInfo {
    return this.#raster;
  }

  /** The same raster with other levels. */
  takeRaster(raster: RasterInfo): void {
    this.#raster = raster;
  }

  get statistics(): readonly BandStatistics[] | null {
    return this.#statistics;
  }

  /** The sampled statistics arrive after the first picture; the display follows where the user has not set it. */
  takeStatistics(statistics: readonly BandStatistics[]): void {
    this.#statistics = statistics;
    if (!this.styled) this.resetDisplay();
  }

  get display(): RasterDisplay {
    return this.#display;
  }

  /** Whether the user has changed how it is drawn. */
  get styled(): boolean {
    return this.#display !== this.#default;
  }

  change(part: Partial<RasterDisplay>): void {
    this.#display = { ...this.#display, ...part };
  }

  /** Shows these bands: one as grey or in a colour map, three as red, green and blue. A band keeps the cut that it had. */
  showBands(bands: readonly number[]): void {
    for (const channel of this.#display.channels) this.#cuts.set(channel.band, channel);
    const channels = bands.map(
      (band) => this.#cuts.get(band) ?? defaultChannel(this.raster.description, this.#statistics, band),
    );
    this.change({ channels });
  }

  /** Sets the cut of one channel, or of all. */
  stretch(index: number | null, cut: (channel: Channel) => Partial<Channel> | null): void {
    const channels = this.#display.channels.map((channel, at) =>
      index === null || at === index ? { ...channel, ...cut(channel) } : channel,
    );
    this.change({ channels });
  }

  resetDisplay(): void {
    this.#cuts.clear();
    this.#default = defaultDisplay(this.raster.description, this.#statistics);
    this.#display = this.#default;
  }

  get kept(): KeptLayer {
    const display = this.styled ? saveDisplay(this.#display) : null;
    const identity = identityOf(this.raster.description);
    return { kind: 'raster', ref: this.raster.path, state: { ...this.common, display, identity } };
  }

  override recall(saved: SavedState): void {
    super.recall(saved);
    const display = recallDisplay(saved['display'], this.raster.description);
    if (display) this.#display = display;
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

  get kept(): KeptLayer {
    return { kind: 'result', ref: this.processingId, state: this.common };
  }
}

/** A raster that lay on the map and whose file cannot be opened now. It keeps its place and its settings. */
export class LostLayer extends BaseLayer {
  readonly kind = 'lost';
  readonly id: string;
  readonly path: string;
  readonly error: ErrorData;
  readonly bbox = null;
  readonly #saved: SavedState;

  constructor(path: string, error: ErrorData, saved: SavedState) {
    super(path.split(/[\\/]/).pop() ?? path);
    this.id = `lost:${path}`;
    this.path = path;
    this.error = error;
    this.#saved = saved;
    this.recall(saved);
    this.expanded = false;
  }

  get identity(): RasterIdentity | null {
    return (this.#saved['identity'] as RasterIdentity | undefined) ?? null;
  }

  get kept(): KeptLayer {
    return { kind: 'raster', ref: this.path, state: { ...this.#saved, name: this.name } };
  }
}

export type Layer = RasterLayer | ResultLayer | LostLayer;

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

  /** Rasters whose files are gone. */
  get lost(): readonly LostLayer[] {
    return this.#layers.filter((layer) => layer.kind === 'lost');
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

  findPath(path: string): RasterLayer | null {
    return this.rasters.find((layer) => layer.raster.path === path) ?? null;
  }

  /**
   * Rasters go on top of other rasters but under results; a file that is there already is only selected, one that was lost
   * comes back to its place.
   */
  addRaster(raster: RasterInfo, saved: SavedState | null = null): RasterLayer {
    const present = this.findPath(raster.path);
    if (present) {
      this.select(present.id);
      return present;
    }
    const layer = new RasterLayer(raster);
    const lost = this.lost.find(({ path }) => path === raster.path);
    if (lost) return this.#bringBack(lost, layer);
    // Who opens a file wants to see it.
    if (saved) layer.recall({ ...saved, visible: true });
    const firstRaster = this.#layers.findIndex((other) => other.kind !== 'result');
    const at = firstRaster < 0 ? this.#layers.length : firstRaster;
    this.#layers = [...this.#layers.slice(0, at), layer, ...this.#layers.slice(at)];
    this.select(layer.id);
    return layer;
  }

  /** Puts the file that was found in the place of the layer that had lost it. */
  replaceLost(path: string, raster: RasterInfo): RasterLayer {
    const lost = this.lost.find((layer) => layer.path === path);
    return lost ? this.#bringBack(lost, new RasterLayer(raster)) : this.addRaster(raster);
  }

  #bringBack(lost: LostLayer, layer: RasterLayer): RasterLayer {
    const ownName = layer.name;
    layer.recall(lost.kept.state);
    // A name that was only the old file's gives way to the new one's.
    if (lost.path.endsWith(lost.name)) layer.rename(ownName);
    this.#layers = this.#layers.map((other) => (other === lost ? layer : other));
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

  /** Another version of a result that is there: in its place, with what the user set for it. */
  renewResult(processingId: string, summary: ResultSummary): void {
    const present = this.find(resultLayerId(processingId));
    if (!present) return;
    const layer = new ResultLayer(processingId, present.name, summary);
    layer.recall(present.kept.state);
    this.#layers = this.#layers.map((other) => (other === present ? layer : other));
  }

  /** Layers of the last session, under whatever has been opened meanwhile. */
  restore(layers: readonly Layer[]): void {
    const known = new Set(this.#layers.map((layer) => layer.kept.ref));
    this.#layers = [...this.#layers, ...layers.filter((layer) => !known.has(layer.kept.ref))];
    if (this.#selectedId === null) this.#selectedId = this.#layers[0]?.id ?? null;
  }

  hasResult(processingId: string): boolean {
    return this.find(resultLayerId(processingId)) !== null;
  }

  selectResult(processingId: string): void {
    this.select(resultLayerId(processingId));
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
