import { toErrorData, type ErrorData } from '@shared/errors';
import { m } from '@shared/i18n';
import type { OutlineCounts, OutlinePreview, QualityFacts, ResultVersion } from '@shared/ipc/quality';
import type { LonLatBox } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { formatPercent } from '../format/numbers';
import type { Layer, LayerStack } from './layers.svelte';
import type { Problems } from './problems.svelte';
import type { Table } from './table.svelte';

/** ms without a move of the slider or the map before outlines of the view are asked for */
const previewAfter = 90;
/** ms before the whole area is counted, which takes longer */
const countAfter = 300;

interface ThresholdRange {
  /** 0–1, of the model itself */
  readonly own: number;
  readonly levels: number;
  readonly bounds: LonLatBox;
  /** m; of the probabilities */
  readonly metresPerPixel: number;
}

/** Trying another threshold on a result: what it would be, and what is kept of it. */
export class Quality {
  readonly #api: Api;
  readonly #layers: LayerStack;
  readonly #problems: Problems;
  readonly #table: Table;
  #processingId = $state<string | null>(null);
  #facts = $state.raw<QualityFacts | null>(null);
  #threshold = $state(0.5);
  #layerShown = $state(false);
  #opacity = $state(0.75);
  #preview = $state.raw<OutlinePreview | null>(null);
  #counts = $state.raw<OutlineCounts | null>(null);
  #counting = $state(false);
  #keeping = $state(false);
  #error = $state.raw<ErrorData | null>(null);
  #box: LonLatBox | null = null;
  #previewTimer: ReturnType<typeof setTimeout> | null = null;
  #countTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(api: Api, layers: LayerStack, problems: Problems, table: Table) {
    this.#api = api;
    this.#layers = layers;
    this.#problems = problems;
    this.#table = table;
    api.on('engine.changed', ({ state }) => {
      if (state !== 'starting') void this.#read();
    });
  }

  /** The processing that the view is about; null while it is closed. */
  get processingId(): string | null {
    return this.#processingId;
  }

  get facts(): QualityFacts | null {
    return this.#facts;
  }

  /** Thresholds that can be tried; null where none can now. */
  get range(): ThresholdRange | null {
    const state = this.#facts?.state;
    return state?.kind === 'ready' ? { ...state, own: state.threshold } : null;
  }

  get versions(): readonly ResultVersion[] {
    return this.#facts?.versions ?? [];
  }

  get kept(): ResultVersion | null {
    return this.versions.find(({ current }) => current) ?? null;
  }

  /** 0–1 */
  get threshold(): number {
    return this.#threshold;
  }

  /** Whether the slider stands elsewhere than the kept result. */
  get changed(): boolean {
    return this.range !== null && this.#threshold !== this.#keptThreshold;
  }

  /** What the slider stands at, of the whole area; null until it is counted. */
  get now(): OutlineCounts | null {
    if (this.changed) return this.#counts;
    const { kept } = this;
    return kept?.area == null ? null : { featureCount: kept.featureCount, area: kept.area };
  }

  get counting(): boolean {
    return this.#counting;
  }

  get keeping(): boolean {
    return this.#keeping;
  }

  /** Why the outlines at this threshold are not there. */
  get error(): ErrorData | null {
    return this.#error;
  }

  /** Outlines of the view while the threshold is another than the kept one. */
  get preview(): OutlinePreview | null {
    return this.changed ? this.#preview : null;
  }

  /** Whether the view is so large that its outlines are traced from reduced probabilities. */
  get coarse(): boolean {
    const { preview, range } = this;
    return preview !== null && range !== null && preview.metresPerPixel > range.metresPerPixel * 1.01;
  }

  get layerShown(): boolean {
    return this.#layerShown && this.range !== null;
  }

  set layerShown(shown: boolean) {
    this.#layerShown = shown;
  }

  /** 0–1 */
  get opacity(): number {
    return this.#opacity;
  }

  set opacity(opacity: number) {
    this.#opacity = opacity;
  }

  /** The kept outlines give way to those that are tried. */
  hides(layer: Layer): boolean {
    return layer.kind === 'result' && layer.processingId === this.#processingId && this.preview !== null;
  }

  async open(processingId: string | null): Promise<void> {
    if (processingId === this.#processingId) return;
    this.close();
    this.#processingId = processingId;
    await this.#read();
  }

  close(): void {
    this.#rest();
    this.#processingId = null;
    this.#facts = null;
    this.#layerShown = false;
  }

  /** Tells which part of the world is in sight. */
  look(box: LonLatBox): void {
    this.#box = box;
    if (this.changed) this.#askPreview();
  }

  /** Takes the nearest threshold that is told apart. */
  try(threshold: number): void {
    const { range } = this;
    if (!range) return;
    const level = Math.max(1, Math.min(range.levels - 1, Math.round(threshold * range.levels)));
    if (level / range.levels === this.#threshold) return;
    this.#threshold = level / range.levels;
    this.#counts = null;
    this.#error = null;
    if (!this.changed) {
      this.#rest();
      return;
    }
    this.#askPreview();
    this.#askCounts();
  }

  /** Back to what is kept. */
  reset(): void {
    this.try(this.#keptThreshold);
  }

  /** Asks once more for what failed. */
  again(): void {
    this.#error = null;
    this.#askPreview();
    this.#askCounts();
  }

  /** Stores the result at this threshold, and uses it. */
  async keep(): Promise<void> {
    const processingId = this.#processingId;
    if (processingId === null || this.#keeping) return;
    const threshold = this.#threshold;
    await this.#change(() => this.#api.call('quality.keep', { processingId, threshold }));
    if (!this.changed) this.#problems.succeed(m.quality_saved({ text: formatPercent(threshold) }));
  }

  async use(version: number): Promise<void> {
    const processingId = this.#processingId;
    if (processingId === null || this.#keeping) return;
    await this.#change(() => this.#api.call('quality.use', { processingId, version }));
  }

  async remove(version: number): Promise<void> {
    const processingId = this.#processingId;
    if (processingId === null || this.#keeping) return;
    await this.#change(() => this.#api.call('quality.remove', { processingId, version }));
  }

  get #keptThreshold(): number {
    return this.kept?.threshold ?? this.range?.own ?? this.#threshold;
  }

  async #change(act: () => Promise<QualityFacts>): Promise<void> {
    this.#keeping = true;
    await this.#problems.attempt(async () => {
      const facts = await act();
      const { processingId } = facts;
      const summary = await this.#api.call('results.summary', { processingId });
      this.#layers.renewResult(processingId, summary);
      if (this.#table.processingId === processingId) void this.#table.open(processingId, this.#table.title);
      if (this.#processingId !== processingId) return;
      this.#facts = facts;
      this.#threshold = this.#keptThreshold;
      this.#rest();
    });
    this.#keeping = false;
  }

  async #read(): Promise<void> {
    const processingId = this.#processingId;
    if (processingId === null) return;
    await this.#problems.attempt(async () => {
      const facts = await this.#api.call('quality.facts', { processingId });
      if (this.#processingId !== processingId) return;
      const wasReady = this.range !== null;
      this.#facts = facts;
      if (!wasReady) this.#threshold = this.#keptThreshold;
      if (this.range === null) this.#rest();
    });
  }

  /** Nothing is being tried any more. */
  #rest(): void {
    if (this.#previewTimer !== null) clearTimeout(this.#previewTimer);
    if (this.#countTimer !== null) clearTimeout(this.#countTimer);
    this.#previewTimer = null;
    this.#countTimer = null;
    this.#preview = null;
    this.#counts = null;
    this.#counting = false;
    this.#error = null;
    if (this.#processingId !== null) void this.#api.call('quality.rest').catch(() => undefined);
  }

  #askPreview(): void {
    if (this.#previewTimer !== null) clearTimeout(this.#previewTimer);
    this.#previewTimer = setTimeout(() => void this.#readPreview(), previewAfter);
  }

  #askCounts(): void {
    this.#counting = true;
    if (this.#countTimer !== null) clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(() => void this.#readCounts(), countAfter);
  }

  async #readPreview(): Promise<void> {
    const box = this.#box;
    const processingId = this.#processingId;
    if (processingId === null || box === null) return;
    const threshold = this.#threshold;
    const [west, south, east, north] = box;
    await this.#attempt(async () => {
      const preview = await this.#api.call('quality.preview', {
        processingId,
        threshold,
        box: [west, south, east, north],
      });
      if (preview && this.#stillAt(processingId, threshold)) this.#preview = preview;
    });
  }

  async #readCounts(): Promise<void> {
    const processingId = this.#processingId;
    if (processingId === null) return;
    const threshold = this.#threshold;
    await this.#attempt(async () => {
      const counts = await this.#api.call('quality.counts', { processingId, threshold });
      if (counts && this.#stillAt(processingId, threshold)) this.#counts = counts;
    });
    if (this.#stillAt(processingId, threshold)) this.#counting = false;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#error = toErrorData(error);
    }
  }

  #stillAt(processingId: string, threshold: number): boolean {
    return this.#processingId === processingId && this.#threshold === threshold;
  }
}
