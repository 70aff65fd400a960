import type { Mosaic, Project } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

/** What the server keeps for the active account: mosaics of uploaded images, and projects. */
export class Mosaics {
  readonly list = new Loadable<readonly Mosaic[]>();
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get all(): readonly Mosaic[] {
    return this.list.value ?? [];
  }

  find(mosaicId: string): Mosaic | null {
    return this.all.find((mosaic) => mosaic.id === mosaicId) ?? null;
  }

  async load(): Promise<void> {
    await this.list.load(() => this.#api.call('mosaics.list'));
  }
}

export class Projects {
  readonly list = new Loadable<readonly Project[]>();
  readonly #api: Api;
  /** Null shows and uses the account's default project. */
  #activeId = $state<string | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  get all(): readonly Project[] {
    return this.list.value ?? [];
  }

  get active(): Project | null {
    const chosen = this.all.find((project) => project.id === this.#activeId);
    return chosen ?? this.all.find((project) => project.isDefault) ?? this.all[0] ?? null;
  }

  activate(projectId: string): void {
    this.#activeId = projectId;
  }

  async load(): Promise<void> {
    await this.list.load(() => this.#api.call('projects.list'));
  }

  async create(name: string): Promise<void> {
    const project = await this.#api.call('projects.create', { name });
    this.list.set([...this.all, project]);
    this.#activeId = project.id;
  }

  async rename(projectId: string, name: string): Promise<void> {
    const renamed = await this.#api.call('projects.rename', { projectId, name });
    this.list.set(this.all.map((project) => (project.id === projectId ? renamed : project)));
  }
}
