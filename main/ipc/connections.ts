import type { ConnectionSettings } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface ConnectionsPort {
  settings(): ConnectionSettings;
  addFolders(paths: readonly string[]): ConnectionSettings;
  removeFolder(path: string): ConnectionSettings;
  setProxy(proxy: string): ConnectionSettings;
  setCertificates(path: string | null): ConnectionSettings;
}

/** The system's dialogs; empty or null when cancelled. */
export interface ConnectionDialogs {
  chooseFolders(): Promise<readonly string[]>;
  chooseCertificates(): Promise<string | null>;
}

export function connectionsHandlers(
  connections: ConnectionsPort,
  dialogs: ConnectionDialogs,
): AreaHandlers<'connections'> {
  return {
    'connections.get': () => connections.settings(),
    'connections.addFolder': async () => connections.addFolders(await dialogs.chooseFolders()),
    'connections.removeFolder': ({ path }) => connections.removeFolder(path),
    'connections.setProxy': ({ proxy }) => connections.setProxy(proxy),
    'connections.chooseCertificates': async () => {
      const path = await dialogs.chooseCertificates();
      return path === null ? connections.settings() : connections.setCertificates(path);
    },
    'connections.forgetCertificates': () => connections.setCertificates(null),
  };
}
