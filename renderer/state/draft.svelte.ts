import { m } from '@shared/i18n';
import type { Geometry } from 'geojson';
import type { Draft as DraftData } from '@shared/ipc/contract';
import type { Aoi, LonLatBox, Model, ModelBlock, Quote, Upload } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { boxOf } from '../map/geodesy';
import type { Accounts } from './accounts.svelte';
import type { AreaOfInterest } from './aoi.svelte';
import type { LayerStack } from './layers.svelte';
import { Loadable, type Phase } from './loadable.svelte';
import type { Mosaics, Projects } from './mosaics.svelte';
import { isRunning, type Uploads } from './uploads.svelte';

export type AreaMode = 'footprint' | 'drawn';

/** Why the processing cannot start as it stands; the panel says each in a sentence. */
export type Refusal =
  | 'offline'
  | 'no_models'
  | 'no_model'
  | 'model_unavailable'
  | 'no_imagery'
  | 'not_uploaded'
  | 'uploading'
  | 'no_footprint'
  | 'no_area'
  | 'area_outside'
  | 'too_few_credits';

interface Surroundings {
  readonly accounts: Accounts;
  readonly layers: LayerStack;
  readonly uploads: Uploads;
  readonly mosaics: Mosaics;
  readonly projects: Projects;
  readonly aoi: AreaOfInterest;
}

const emoji = /^[^\p{Letter}\p{Number}(]+/u;

/** A model's name without the picture that the API puts before it. */
export const plainName = (name: string): string => name.replace(emoji, '') || name;

function isAoi(geometry: Geometry | null): geometry is Aoi {
  return geometry?.type === 'Polygon' || geometry?.type === 'MultiPolygon';
}

const acceptsTime = (block: ModelBlock): boolean => block.acceptsParams?.includes('captured_at') ?? false;

function boxesMeet(a: LonLatBox, b: LonLatBox): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** The processing that is being put together: model, imagery, area, options, and what it would cost. */
export class ProcessingDraft {
  readonly quote = new Loadable<Quote>();
  readonly #api: Api;
  readonly #around: Surroundings;
  #modelId = $state<string | null>(null);
  #mosaicId = $state<string | null>(null);
  #areaMode = $state<AreaMode>('footprint');
  #enabledBlocks = $state.raw<readonly string[]>([]);
  #ownName = $state<string | null>(null);
  #capturedAt = $state<Date | null>(null);
  /** What the price was asked for. */
  #quoted = $state('');

  constructor(api: Api, around: Surroundings) {
    this.#api = api;
    this.#around = around;
  }

  /** The chosen model; without a choice the first that can run. */
  get model(): Model | null {
    const models = this.#around.accounts.models;
    const chosen = models.find((model) => model.id === this.#modelId);
    return chosen ?? models.find((model) => model.available) ?? models[0] ?? null;
  }

  chooseModel(modelId: string): void {
    if (modelId === this.#modelId) return;
    this.#modelId = modelId;
    this.#enabledBlocks = [];
  }

  get enabledBlocks(): readonly string[] {
    return this.#enabledBlocks;
  }

  enableBlock(name: string, enabled: boolean): void {
    const others = this.#enabledBlocks.filter((block) => block !== name);
    this.#enabledBlocks = enabled ? [...others, name] : others;
  }

  /** When the imagery was taken, where its file does not say: the sun's place then lets some options run. */
  get capturedAt(): Date | null {
    return this.#capturedAt;
  }

  set capturedAt(time: Date | null) {
    this.#capturedAt = time;
  }

  /** Whether an option wants to be told when the imagery was taken. */
  asksForTime(block: ModelBlock): boolean {
    return acceptsTime(block) && this.#reasonInItself(block) !== null;
  }

  /** Why an option cannot run with what stands there now; null where it can. */
  reasonAgainst(block: ModelBlock): string | null {
    return this.#capturedAt !== null && acceptsTime(block) ? null : this.#reasonInItself(block);
  }

  #reasonInItself(block: ModelBlock): string | null {
    if (block.available === false) return block.reason ?? m.processing_not_available();
    const { area } = this;
    if (!block.bounds || !area) return null;
    const box = boxOf(area);
    return block.bounds.some((bounds) => boxesMeet(bounds, box)) ? null : m.processing_option_elsewhere();
  }

  /** A mosaic of the server chosen by hand; null follows the selected image. */
  get chosenMosaicId(): string | null {
    return this.#mosaicId;
  }

  chooseMosaic(mosaicId: string | null): void {
    this.#mosaicId = mosaicId;
  }

  /** The upload of the selected image, whatever its state. */
  get upload(): Upload | null {
    const raster = this.#around.layers.activeRaster;
    return raster ? this.#around.uploads.forPath(raster.raster.path) : null;
  }

  /** The mosaic that would be processed; null while there is none. */
  get mosaicId(): string | null {
    if (this.#mosaicId !== null) return this.#mosaicId;
    const upload = this.upload;
    return upload?.state === 'done' ? upload.mosaicId : null;
  }

  get areaMode(): AreaMode {
    return this.#areaMode;
  }

  set areaMode(mode: AreaMode) {
    this.#areaMode = mode;
  }

  get area(): Aoi | null {
    return this.#areaMode === 'drawn' ? this.#around.aoi.shape : this.#footprint;
  }

  get name(): string {
    return this.#ownName ?? this.#usualName;
  }

  /** Blank goes back to the usual name. */
  set name(name: string) {
    this.#ownName = name === '' ? null : name;
  }

  get refusals(): readonly Refusal[] {
    const { accounts } = this.#around;
    if (!accounts.online) return ['offline'];
    if (accounts.models.length === 0) return ['no_models'];
    const model = this.model;
    const refusals: (Refusal | null)[] = [
      model === null ? 'no_model' : model.available ? null : 'model_unavailable',
      this.#imageryRefusal,
      this.#areaRefusal,
      this.#priceRefusal,
    ];
    return refusals.filter((refusal) => refusal !== null);
  }

  /** What would be sent; null while something is missing. */
  get data(): DraftData | null {
    const { model, area, mosaicId, name } = this;
    if (!model?.available || !area || mosaicId === null || name.trim() === '') return null;
    return {
      name: name.trim(),
      projectId: this.#around.projects.active?.id ?? null,
      modelId: model.id,
      blocks: model.blocks
        .filter((block) => block.optional)
        .map((block) => ({ name: block.name, enabled: this.#isOn(block) })),
      source: { kind: 'mosaic', mosaicId },
      aoi: area,
      ...this.#timeIfWanted(model),
    };
  }

  /** True when nothing is missing and the price on show is that of what stands there. */
  get ready(): boolean {
    return this.refusals.length === 0 && this.data !== null && this.priceState === 'ready';
  }

  /** A price of what stood there before is none: it counts as being asked for from the moment of the change. */
  get priceState(): Phase {
    return this.#priceKey === this.#quoted ? this.quote.phase : 'loading';
  }

  /** Asks for the price of what stands there now, once for each change; the name does not change a price. */
  async requote(): Promise<void> {
    const data = this.#priceable;
    const key = this.#priceKey;
    if (key === this.#quoted && this.quote.phase !== 'failed') return;
    this.#quoted = key;
    this.quote.clear();
    if (data !== null) await this.quote.load(() => this.#api.call('processings.price', data));
  }

  /** The time goes along where an option that is on asks for it, and nowhere else. */
  #timeIfWanted(model: Model): Pick<DraftData, 'capturedAt'> {
    const time = this.#capturedAt;
    const isWanted = model.blocks.some((block) => this.asksForTime(block) && this.#isOn(block));
    return time !== null && isWanted ? { capturedAt: time.toISOString() } : {};
  }

  /** What was chosen for another area and cannot run in this one is off. */
  #isOn(block: ModelBlock): boolean {
    return this.#enabledBlocks.includes(block.name) && this.reasonAgainst(block) === null;
  }

  get #priceable(): DraftData | null {
    return this.#around.accounts.online ? this.data : null;
  }

  get #priceKey(): string {
    const data = this.#priceable;
    return data === null ? '' : JSON.stringify({ ...data, name: '' });
  }

  get #usualName(): string {
    const model = this.model;
    const image = this.#mosaicId === null ? this.#around.layers.activeRaster?.name : this.#mosaicName;
    return [model === null ? '' : plainName(model.name), image ?? '']
      .filter((part) => part !== '')
      .join(', ');
  }

  get #mosaicName(): string {
    return this.#around.mosaics.find(this.#mosaicId ?? '')?.name ?? '';
  }

  get #footprint(): Aoi | null {
    if (this.#mosaicId === null) return this.#around.layers.activeRaster?.raster.footprint ?? null;
    const footprint = this.#around.mosaics.find(this.#mosaicId)?.footprint ?? null;
    return isAoi(footprint) ? footprint : null;
  }

  get #imageryRefusal(): Refusal | null {
    if (this.mosaicId !== null) return null;
    if (this.#around.layers.activeRaster === null) return 'no_imagery';
    const upload = this.upload;
    return upload && isRunning(upload) ? 'uploading' : 'not_uploaded';
  }

  get #areaRefusal(): Refusal | null {
    if (this.#imageryRefusal === 'no_imagery') return null;
    if (this.area === null) return this.#areaMode === 'drawn' ? 'no_area' : 'no_footprint';
    const footprint = this.#footprint;
    return footprint === null || boxesMeet(boxOf(this.area), boxOf(footprint)) ? null : 'area_outside';
  }

  get #priceRefusal(): Refusal | null {
    const quote = this.quote.value;
    if (quote === null || quote.credits === null || quote.balance === null) return null;
    return quote.credits > quote.balance ? 'too_few_credits' : null;
  }
}
