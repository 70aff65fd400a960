import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { bundleNamed } from '../bootstrap/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Never bundled: Electron itself, what carries machine code, and the tools that the drivers of tests lean on. */
const external = [
  'electron',
  'better-sqlite3',
  'keytar',
  '@julusian/jpeg-turbo',
  'onnxruntime-node',
  'playwright-core',
  'electron-playwright-helpers',
  ...builtinModules.flatMap((name) => [name, `node:${name}`]),
];

/**
 * Puts the `.wasm` files that a package looks for beside its own module (`new URL('x.wasm', import.meta.url)`) beside the
 * bundle, where that expression points after bundling.
 */
function wasmBesideBundle(): Plugin {
  const reference = /new URL\(\s*["'`]([\w.-]+\.wasm)["'`]\s*,\s*import\.meta\.url\s*\)/g;
  return {
    name: 'orthodesk-wasm-beside-bundle',
    transform(code, id) {
      if (!id.includes('node_modules')) return;
      for (const [, name] of code.matchAll(reference)) {
        if (!name) continue;
        this.emitFile({
          type: 'asset',
          fileName: name,
          source: readFileSync(join(dirname(id.replace(/\?.*$/, '')), name)),
        });
      }
    },
  };
}

/**
 * One file for Node or for Electron's Node side; the mode says which bundle. Written for Node 18, the oldest that runs it
 * (the stand-in runtime), except for drivers, which only the tools' Node runs.
 */
export default defineConfig(({ mode }) => {
  const bundle = bundleNamed(mode);
  const output = join(root, 'dist', bundle.output);
  return {
    root,
    // Nothing from `public/`, no environment files, no browser's view of packages.
    publicDir: false,
    envDir: false,
    resolve: { alias: { '@shared': join(root, 'shared') } },
    define: { __APP_VERSION__: JSON.stringify(version) },
    plugins: [wasmBesideBundle()],
    ssr: { noExternal: true, external, target: 'node' },
    build: {
      ssr: join(root, bundle.entry),
      ssrEmitAssets: true,
      target: bundle.format === 'esm' ? 'node22' : 'node18',
      outDir: dirname(output),
      emptyOutDir: false,
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        external,
        output: {
          format: bundle.format === 'esm' ? 'es' : 'cjs',
          entryFileNames: basename(output),
          codeSplitting: false,
        },
      },
    },
  };
});
