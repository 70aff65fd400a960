import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** The typed bridge of shared/ipc/contract.ts, and nothing else. Main checks whatever comes through it. */
contextBridge.exposeInMainWorld('orthodesk', {
  call: (channel: string, input?: unknown): Promise<unknown> =>
    ipcRenderer.invoke('orthodesk:call', channel, input),

  on: (event: string, listener: (payload: unknown) => void): (() => void) => {
    const forward = (_: unknown, name: string, payload: unknown): void => {
      if (name === event) listener(payload);
    };
    ipcRenderer.on('orthodesk:event', forward);
    return () => ipcRenderer.removeListener('orthodesk:event', forward);
  },

  pathForFile: (file: unknown): string => pathOf(file as File),
});

/** Electron 25 has no `webUtils`: its files carry their path. */
function pathOf(file: File & { readonly path?: string }): string {
  const utilities = webUtils as typeof webUtils | undefined;
  return utilities ? utilities.getPathForFile(file) : (file.path ?? '');
}
