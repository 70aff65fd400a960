import { getContext, setContext } from 'svelte';
import type { Api } from '../bridge';
import { createActions } from './actions';
import { Commands } from './commands.svelte';
import { createParts } from './parts';

/** The window's state with its commands; nothing is read before `start`. */
export function createWorkspace(api: Api) {
  const parts = createParts(api);
  const { accounts, app, baseMaps, bookmarks, jobs, layout, log, memory } = parts;
  const { mosaics, overviews, problems, projects, rasters, settings, tasks, uploads } = parts;
  const commands = new Commands(createActions(parts), () => app.isMac);
  api.on('menu.command', (id) => commands.run(id));

  /** What belongs to an account is read anew when another one becomes active or its server comes back. */
  const readAccount = async (): Promise<void> => {
    await Promise.all([uploads.load(), jobs.load(), mosaics.load(), projects.load()]);
  };

  /** Settings first, so that the window is built once; the rest as it comes. */
  const start = async (): Promise<void> => {
    await problems.attempt(async () => {
      await Promise.all([settings.load(), app.load()]);
      layout.restore();
      baseMaps.restore();
    });
  };
  const readAll = async (): Promise<void> => {
    await Promise.all([
      problems.attempt(() => memory.restore()),
      problems.attempt(() => accounts.load()),
      rasters.loadRecent(),
      bookmarks.load(),
      baseMaps.load(),
    ]);
    await Promise.all([readAccount(), log.load()]);
    await problems.attempt(() => Promise.all([tasks.load(), overviews.load()]));
  };

  return { ...parts, commands, start, readAll, readAccount };
}

export type Workspace = ReturnType<typeof createWorkspace>;

const key = Symbol('workspace');

export const provideWorkspace = (workspace: Workspace): Workspace => setContext(key, workspace);
export const useWorkspace = (): Workspace => getContext<Workspace>(key);
