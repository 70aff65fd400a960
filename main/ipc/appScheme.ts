import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { fileOf, headersOf } from './rendererFiles';

/** Must run before the application is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
}

/** Serves the files of one folder, once the application is ready. */
export function serveRenderer(folder: string): void {
  protocol.handle('app', async (request) => {
    const file = request.method === 'GET' ? fileOf(request.url, folder) : null;
    const body = file ? await readFile(file).catch(() => null) : null;
    if (!file || !body) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(body), { headers: headersOf(file) });
  });
}
