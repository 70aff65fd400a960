import type { UploadPlanView } from '@shared/ipc/types';
import type { RasterLayer } from './layers.svelte';
import { Loadable } from './loadable.svelte';
import type { CutChoice, Reduce, Uploads } from './uploads.svelte';

const withoutExtension = (name: string): string => name.replace(/\.[^.]+$/, '') || name;

/** An upload before it starts: where it goes, how it is cut, and what the check of the file says. */
export class UploadDraft {
  readonly plan = new Loadable<UploadPlanView>();
  readonly #uploads: Uploads;
  readonly #layer: RasterLayer;
  #mosaicId = $state<string | null>(null);
  #mosaicName = $state('');
  #targetBytes = $state<number | null>(null);
  #reduce = $state<Reduce>(null);
  #plannedFor = $state('');

  constructor(uploads: Uploads, layer: RasterLayer) {
    this.#uploads = uploads;
    this.#layer = layer;
    this.#mosaicName = withoutExtension(layer.name);
  }

  /** Null makes a new mosaic. */
  get mosaicId(): string | null {
    return this.#mosaicId;
  }

  set mosaicId(id: string | null) {
    this.#mosaicId = id;
  }

  get mosaicName(): string {
    return this.#mosaicName;
  }

  set mosaicName(name: string) {
    this.#mosaicName = name;
  }

  /** bytes of a chunk; null leaves it to the program */
  get targetBytes(): number | null {
    return this.#targetBytes;
  }

  set targetBytes(bytes: number | null) {
    this.#targetBytes = bytes;
  }

  /** What the pixels are reduced to; null sends them as they are. */
  get reduce(): Reduce {
    return this.#reduce;
  }

  set reduce(reduce: Reduce) {
    this.#reduce = reduce;
  }

  /** True when the plan on show is that of what is chosen. */
  get planned(): boolean {
    return this.plan.phase === 'ready' && this.#plannedFor === this.#choice;
  }

  get ready(): boolean {
    const named = this.#mosaicId !== null || this.#mosaicName.trim() !== '';
    const plan = this.planned ? this.plan.value : null;
    return named && plan !== null && plan.findings.every((finding) => finding.level !== 'stop');
  }

  async readPlan(): Promise<void> {
    this.#plannedFor = this.#choice;
    await this.plan.load(() => this.#uploads.plan(this.#layer.raster.id, this.#mosaicId, this.#cut));
  }

  get #choice(): string {
    return `${this.#mosaicId ?? 'new'} ${this.#targetBytes ?? 'usual'} ${this.#reduce ?? 'as it is'}`;
  }

  get #cut(): CutChoice {
    return { targetBytes: this.#targetBytes, reduce: this.#reduce };
  }

  async start(): Promise<void> {
    const mosaic = this.#mosaicId === null ? { name: this.#mosaicName.trim() } : { id: this.#mosaicId };
    await this.#uploads.start(this.#layer.raster.id, mosaic, this.#cut);
  }
}
