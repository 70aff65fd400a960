import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import type { EventName, Events } from '@shared/ipc/contract';
import type { Caller, Dispatch } from './handle';

export type Emit = <E extends EventName>(event: E, payload: Events[E]) => void;

/** Lets the window call; `ourWindow` is asked at each call, since the window may be opened again. */
export function listen(dispatch: Dispatch, ourWindow: () => BrowserWindow | null): void {
  ipcMain.handle('orthodesk:call', (event, channel: unknown, input: unknown) =>
    dispatch(callerOf(event, ourWindow()), channel, input),
  );
}

function callerOf(event: IpcMainInvokeEvent, window: BrowserWindow | null): Caller | null {
  const frame = event.senderFrame;
  if (!frame) return null;
  return {
    url: frame.url,
    isMainFrame: frame.parent === null,
    isOurWindow: window !== null && !window.isDestroyed() && event.sender.id === window.webContents.id,
  };
}

/** Tells the window; nothing is kept for a window that is not there. */
export function createEmit(ourWindow: () => BrowserWindow | null): Emit {
  return (event, payload) => {
    const window = ourWindow();
    if (window && !window.isDestroyed()) window.webContents.send('orthodesk:event', event, payload);
  };
}
