import type { BaseMap } from '@shared/ipc/desk';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';
import type { Settings } from './settings.svelte';

interface Choice {
  readonly id: string | null;
  readonly opacity: number;
  readonly visible: boolean;
}

function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null) return false;
  const { id, opacity, visible } = value as Record<string, unknown>;
  const knownId = id === null || typeof id === 'string';
  return knownId && typeof opacity === 'number' && typeof visible === 'boolean';
}

/** What lies under all layers: nothing, or tiles of a server. The choice is remembered. */
export class BaseMaps {
  readonly list = new Loadable<readonly BaseMap[]>();
  readonly #api: Api;
  readonly #settings: Settings;
  #choice = $state.raw<Choice>({ id: null, opacity: 1, visible: true });
  /** Base maps whose servers do not answer. */
  #away = $state.raw<readonly string[]>([]);

  constructor(api: Api, settings: Settings) {
    this.#api = api;
    this.#settings = settings;
    api.on('basemaps.reach', ({ baseMapId, reachable }) => {
      const others = this.#away.filter((id) => id !== baseMapId);
      this.#away = reachable ? others : [...others, baseMapId];
    });
  }

  /** After the settings are read. */
  restore(): void {
    this.#choice = this.#settings.recall('baseMap', isChoice) ?? this.#choice;
  }

  async load(): Promise<void> {
    await this.list.load(() => this.#api.call('basemaps.list'));
  }

  get all(): readonly BaseMap[] {
    return this.list.value ?? [];
  }

  /** The chosen one; null for none. */
  get current(): BaseMap | null {
    return this.all.find((map) => map.id === this.#choice.id) ?? null;
  }

  get opacity(): number {
    return this.#choice.opacity;
  }

  get visible(): boolean {
    return this.#choice.visible;
  }

  /** True while its server does not answer, so that only kept tiles are shown. */
  get unreachable(): boolean {
    return this.#away.includes(this.#choice.id ?? '');
  }

  choose(id: string | null): void {
    this.#change({ id, visible: true });
  }

  setOpacity(opacity: number): void {
    this.#change({ opacity: Math.min(1, Math.max(0, opacity)) });
  }

  setVisible(visible: boolean): void {
    this.#change({ visible });
  }

  /** Adds one, or changes one of the user's own, and shows it. Throws `basemaps.*`. */
  async save(wanted: Omit<BaseMap, 'id' | 'custom'> & { readonly id: string | null }): Promise<void> {
    const saved = await this.#api.call('basemaps.save', wanted);
    const known = this.all.some((map) => map.id === saved.id);
    this.#away = this.#away.filter((id) => id !== saved.id);
    this.list.set(known ? this.all.map((map) => (map.id === saved.id ? saved : map)) : [...this.all, saved]);
    this.choose(saved.id);
  }

  async remove(map: BaseMap): Promise<void> {
    await this.#api.call('basemaps.remove', { baseMapId: map.id });
    this.list.set(this.all.filter((other) => other.id !== map.id));
    if (this.#choice.id === map.id) this.choose(null);
  }

  #change(part: Partial<Choice>): void {
    this.#choice = { ...this.#choice, ...part };
    this.#settings.remember('baseMap', this.#choice);
  }
}
