import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { runnerImport } from 'vite';
import { prepareSources } from '../bootstrap/prepare.mjs';
import { inRoot } from '../bootstrap/places.mjs';
import { say, Stop } from '../bootstrap/say.mjs';
import { takeFlag } from './arguments.mjs';

const place = inRoot('docs', 'openapi.json');

/** Writes the API as OpenAPI 3.1 from its schemas; `--check` only says whether the written one is that of the schemas. */
export default async function openapi(/** @type {string[]} */ args) {
  const [checks, rest] = takeFlag(args, '--check');
  if (rest.length > 0) throw new Stop(`unknown: ${rest.join(', ')}. There is --check.`);
  await prepareSources();
  const text = await document();
  const written = await readFile(place, 'utf8').catch(() => '');
  if (checks) {
    if (text !== written) say('docs/openapi.json is not that of the schemas: npm run openapi');
    return text === written ? 0 : 1;
  }
  if (text !== written) await writeFile(place, text);
  return 0;
}

/** The document, laid out as the formatter would. */
async function document() {
  const { module } =
    /** @type {{ module: { openApiDocument(version: string): object } }} */
    (
      await runnerImport(inRoot('shared', 'api', 'openapi.ts'), {
        configFile: false,
        logLevel: 'error',
        resolve: { alias: { '@shared': inRoot('shared') } },
      })
    );
  const options = { ...(await resolveConfig(place)), filepath: place };
  return format(JSON.stringify(module.openApiDocument('1')), options);
}
