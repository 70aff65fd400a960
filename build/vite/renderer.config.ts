import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The window's page and its web workers, for Chrome 114, the oldest that shows it (the stand-in runtime). */
export default defineConfig({
  root: join(root, 'renderer'),
  base: './',
  publicDir: false,
  envDir: false,
  resolve: { alias: { '@shared': join(root, 'shared') } },
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  build: {
    target: 'chrome114',
    cssTarget: 'chrome114',
    outDir: join(root, 'dist', 'renderer'),
    emptyOutDir: true,
    sourcemap: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    // Fonts, icons and WebAssembly are files of their own: the content security policy knows no `data:` for them.
    assetsInlineLimit: 0,
  },
});
