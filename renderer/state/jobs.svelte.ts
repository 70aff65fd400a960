import type { Processing, ProcessingStatus } from '@shared/ipc/types';
import type { Draft } from '@shared/ipc/contract';
import type { Api } from '../bridge';
import type { LayerStack } from './layers.svelte';
import { Loadable } from './loadable.svelte';
import type { Problems } from './problems.svelte';

const finalStatuses: readonly ProcessingStatus[] = ['OK', 'FAILED', 'CANCELLED', 'REFUNDED'];

export const isFinal = (processing: Processing): boolean => finalStatuses.includes(processing.status);

/** Processings of the active account, newest first, readable without a network. */
export class Jobs {
  readonly list = new Loadable<readonly Processing[]>();
  readonly #api: Api;
  readonly #layers: LayerStack;
  readonly #problems: Problems;
  #selectedId = $state<string | null>(null);
  /** Created in this session: their results go to the map by themselves when they are there. */
  #awaited: readonly string[] = [];
  #shownListeners: ((processingId: string) => void)[] = [];

  constructor(api: Api, layers: LayerStack, problems: Problems) {
    this.#api = api;
    this.#layers = layers;
    this.#problems = problems;
    api.on('processings.changed', (processing) => this.#put(processing));
    api.on('processings.removed', ({ processingId }) => this.#drop(processingId));
  }

  get all(): readonly Processing[] {
    return this.list.value ?? [];
  }

  get selected(): Processing | null {
    return this.all.find((processing) => processing.id === this.#selectedId) ?? null;
  }

  get runningCount(): number {
    return this.all.filter((processing) => !isFinal(processing)).length;
  }

  find(processingId: string): Processing | null {
    return this.all.find((processing) => processing.id === processingId) ?? null;
  }

  select(processingId: string | null): void {
    this.#selectedId = processingId;
  }

  /** Called when a result has been put on the map by itself. */
  onShown(listener: (processingId: string) => void): void {
    this.#shownListeners.push(listener);
  }

  async load(): Promise<void> {
    await this.list.load(async () => newestFirst(await this.#api.call('processings.list')));
  }

  /** Buys: `acceptedCredits` is the price that the user confirmed. */
  async create(draft: Draft, acceptedCredits: number | null): Promise<Processing> {
    const processing = await this.#api.call('processings.create', { draft, acceptedCredits });
    this.#await(processing.id);
    this.#put(processing);
    this.select(processing.id);
    return processing;
  }

  /** Puts a kept result on the map. Throws when it is not kept on this computer yet. */
  async show(processingId: string): Promise<void> {
    const summary = await this.#api.call('results.summary', { processingId });
    this.#layers.addResult(processingId, this.find(processingId)?.name ?? processingId, summary);
    for (const listener of this.#shownListeners) listener(processingId);
  }

  async fetchResult(processingId: string): Promise<void> {
    this.#await(processingId);
    await this.#api.call('processings.fetchResult', { processingId });
  }

  restart(processingId: string): Promise<void> {
    this.#await(processingId);
    return this.#api.call('processings.restart', { processingId });
  }

  async rename(processingId: string, name: string): Promise<void> {
    this.#put(await this.#api.call('processings.rename', { processingId, name }));
  }

  async remove(processingId: string): Promise<void> {
    await this.#api.call('processings.remove', { processingId });
    this.#drop(processingId);
  }

  /** The path written, or null when the user thought better of it. */
  exportResult(processingId: string, format: 'gpkg' | 'geojson'): Promise<string | null> {
    return this.#api.call('results.export', { processingId, format });
  }

  #put(processing: Processing): void {
    const others = this.all.filter((other) => other.id !== processing.id);
    this.list.set(newestFirst([...others, processing]));
    if (processing.resultState === 'ready' && this.#awaited.includes(processing.id)) {
      this.#awaited = this.#awaited.filter((id) => id !== processing.id);
      void this.#problems.attempt(() => this.show(processing.id));
    }
  }

  #await(processingId: string): void {
    this.#awaited = [...this.#awaited.filter((id) => id !== processingId), processingId];
  }

  #drop(processingId: string): void {
    this.list.set(this.all.filter((processing) => processing.id !== processingId));
    this.#layers.removeResult(processingId);
    if (this.#selectedId === processingId) this.#selectedId = null;
  }
}

function newestFirst(processings: readonly Processing[]): readonly Processing[] {
  return [...processings].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
