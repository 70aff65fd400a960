import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the window keeps its data, so that the command line finds its accounts and uploads (Electron's `userData`). */
export function dataFolder(given: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (given) return resolve(given);
  const name = 'Orthodesk';
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name);
  if (process.platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), name);
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), name);
}
