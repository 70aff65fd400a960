import type { Project as ServerProject } from '@shared/api';
import type { Project } from '@shared/ipc/types';
import { isAway, isUnsupported } from './failures';
import type { ProjectStore, WithClient } from './ports';

/** Projects of an account: the server's, or the last that is known of them. */
export class Projects {
  readonly #withClient: WithClient;
  readonly #store: ProjectStore;

  constructor(ports: { readonly withClient: WithClient; readonly store: ProjectStore }) {
    this.#withClient = ports.withClient;
    this.#store = ports.store;
  }

  async list(accountId: string): Promise<readonly Project[]> {
    try {
      const listed = await this.#withClient(accountId, ({ projects }) => projects.list());
      this.#store.replaceAll(accountId, listed.map(toProject));
    } catch (error) {
      if (!isAway(error) && !isUnsupported(error)) throw error;
    }
    return this.#store.list(accountId);
  }

  async create(accountId: string, wanted: { name: string; description: string }): Promise<Project> {
    const project = toProject(await this.#withClient(accountId, ({ projects }) => projects.create(wanted)));
    this.#store.put(accountId, project);
    return project;
  }

  async rename(accountId: string, projectId: string, name: string): Promise<Project> {
    const renamed = await this.#withClient(accountId, ({ projects }) => projects.update(projectId, { name }));
    const known = this.#store.list(accountId).find((project) => project.id === projectId);
    const project = { ...toProject(renamed), isDefault: known?.isDefault ?? renamed.isDefault, name };
    this.#store.put(accountId, project);
    return project;
  }
}

function toProject({ id, name, description, isDefault }: ServerProject): Project {
  return { id, name, description, isDefault };
}
