import type { Draft } from '@shared/ipc/contract';
import type { Processing, Project, Quote } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface ProcessingsPort {
  price(accountId: string, draft: Draft): Promise<Quote>;
  create(accountId: string, draft: Draft, acceptedCredits: number | null): Promise<Processing>;
  list(): readonly Processing[];
  get(processingId: string): Processing;
  restart(processingId: string): Promise<void>;
  remove(processingId: string): Promise<void>;
  rename(processingId: string, name: string): Promise<Processing>;
  fetchResult(processingId: string): Promise<void>;
}

export interface ProjectsPort {
  list(accountId: string): Promise<readonly Project[]>;
  create(accountId: string, wanted: { name: string; description: string }): Promise<Project>;
  rename(accountId: string, projectId: string, name: string): Promise<Project>;
}

export interface ProcessingsPortsOfWindow {
  readonly processings: ProcessingsPort;
  readonly activeAccount: () => string;
  /** Has the server looked at soon, so that progress shows at once. */
  readonly lookSoon: (accountId: string) => void;
}

export function processingsHandlers(ports: ProcessingsPortsOfWindow): AreaHandlers<'processings'> {
  const { processings, activeAccount, lookSoon } = ports;
  return {
    'processings.price': (draft) => processings.price(activeAccount(), draft),
    'processings.create': async ({ draft, acceptedCredits }) => {
      const created = await processings.create(activeAccount(), draft, acceptedCredits);
      lookSoon(created.accountId);
      return created;
    },
    'processings.list': () => processings.list(),
    'processings.restart': async ({ processingId }) => {
      await processings.restart(processingId);
      lookSoon(processings.get(processingId).accountId);
    },
    'processings.remove': ({ processingId }) => processings.remove(processingId),
    'processings.rename': ({ processingId, name }) => processings.rename(processingId, name),
    'processings.fetchResult': ({ processingId }) => processings.fetchResult(processingId),
  };
}

export function projectsHandlers(
  projects: ProjectsPort,
  activeAccount: () => string,
): AreaHandlers<'projects'> {
  return {
    'projects.list': () => projects.list(activeAccount()),
    'projects.create': (wanted) => projects.create(activeAccount(), wanted),
    'projects.rename': ({ projectId, name }) => projects.rename(activeAccount(), projectId, name),
  };
}
