import { contextBridge, ipcRenderer, webUtils } from 'electron';

type Listener = (payload: unknown) => void;

/** By event; one subscription to the channel serves them all. */
const listeners = new Map<string, Set<Listener>>();

ipcRenderer.on('orthodesk:event', (_, event: string, payload: unknown) => {
  for (const listener of [...(listeners.get(event) ?? [])]) listener(payload);
});

/** The typed bridge of shared/ipc/contract.ts, and nothing else. Main checks whatever comes through it. */
contextBridge.exposeInMainWorld('orthodesk', {
  call: (channel: string, input?: unknown): Promise<unknown> =>
    ipcRenderer.invoke('orthodesk:call', channel, input),

  on: (event: string, listener: Listener): (() => void) => {
    const known = listeners.get(event) ?? new Set();
    listeners.set(event, known.add(listener));
    return () => known.delete(listener);
  },

  pathForFile: (file: unknown): string => pathOf(file as File),
});

/** Electron 25 has no `webUtils`: its files carry their path. */
function pathOf(file: File & { readonly path?: string }): string {
  const utilities = webUtils as typeof webUtils | undefined;
  return utilities ? utilities.getPathForFile(file) : (file.path ?? '');
}
