import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@shared/errors';
import type { AppInfo, LogEntry } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface AppPorts {
  readonly info: AppInfo;
  readonly recentLog: () => readonly LogEntry[];
  readonly openExternal: (url: string) => Promise<void>;
  readonly showInFolder: (path: string) => void;
}

export function appHandlers(ports: AppPorts): AreaHandlers<'app'> {
  return {
    'app.info': () => ports.info,
    'app.openExternal': ({ url }) => ports.openExternal(url),
    'app.showInFolder': async ({ path }) => {
      const there = await stat(path).catch(() => null);
      if (!there) throw new AppError('app.file_missing', { name: basename(path) });
      ports.showInFolder(path);
    },
    'app.recentLog': () => ports.recentLog(),
  };
}
