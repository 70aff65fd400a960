import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { appOrigin, fileOf, headersOf } from './rendererFiles';

/** Must run before the application is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
}

/** What is no file but is served all the same; null for an address that is none of its own. */
export type ServeOther = (url: string) => Promise<Response | null>;

/** Serves the files of one folder, once the application is ready. */
export function serveRenderer(folder: string, other: ServeOther): void {
  protocol.handle('app', async (request) => {
    const made = request.method === 'GET' && isOurs(request.url) ? await other(request.url) : null;
    if (made) return made;
    const file = request.method === 'GET' ? fileOf(request.url, folder) : null;
    const body = file ? await readFile(file).catch(() => null) : null;
    if (!file || !body) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(body), { headers: headersOf(file) });
  });
}

const isOurs = (url: string): boolean => url.startsWith(`${appOrigin}/`);
