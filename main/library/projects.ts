import type { Project } from '@shared/ipc/types';
import type { Database } from './database';
import { fromJson } from './json';

/** The last that a server said of its projects. */
export class ProjectsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(accountId: string): readonly Project[] {
    return this.#db
      .all('SELECT snapshot FROM projects WHERE account_id = :accountId', { accountId })
      .map((row) => fromJson<Project>(row.snapshot))
      .sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.name.localeCompare(b.name));
  }

  replaceAll(accountId: string, projects: readonly Project[]): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM projects WHERE account_id = :accountId', { accountId });
      for (const project of projects) this.put(accountId, project);
    });
  }

  put(accountId: string, project: Project): void {
    this.#db.run(
      `INSERT INTO projects (account_id, id, snapshot) VALUES (:accountId, :id, :snapshot)
       ON CONFLICT (account_id, id) DO UPDATE SET snapshot = excluded.snapshot`,
      { accountId, id: project.id, snapshot: JSON.stringify(project) },
    );
  }
}
