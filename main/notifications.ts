import { Notification, powerSaveBlocker, type BrowserWindow } from 'electron';

export interface Note {
  readonly title: string;
  readonly body: string;
}

/** Tells of a finished task through the system, unless the window is being looked at; a click brings the window back. */
export function notify(window: BrowserWindow | null, note: Note): void {
  if (!window || window.isDestroyed() || window.isFocused() || !Notification.isSupported()) return;
  const notification = new Notification({ title: note.title, body: note.body });
  notification.on('click', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  notification.show();
}

/** Progress on the task bar: 0–1, null for none. */
export function showProgress(window: BrowserWindow | null, progress: number | null): void {
  if (window && !window.isDestroyed()) window.setProgressBar(progress ?? -1);
}

let blocker: number | null = null;

/** Keeps the computer from going to sleep by itself while something is under way; the screen may go dark. */
export function stayAwake(wanted: boolean): void {
  if (wanted) {
    blocker ??= powerSaveBlocker.start('prevent-app-suspension');
  } else if (blocker !== null) {
    powerSaveBlocker.stop(blocker);
    blocker = null;
  }
}
