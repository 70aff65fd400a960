#!/usr/bin/env node
/**
 * The one door to everything this repository can do: `node build/run.mjs <command> [arguments]`, which the npm scripts call.
 * It needs nothing but a Node 20 and brings the machine to readiness by itself; docs/bootstrap.md tells how.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureNode, withNodeFirst } from './bootstrap/node.mjs';
import { foreground } from './bootstrap/process.mjs';
import { say, Stop } from './bootstrap/say.mjs';
import { toolIsReady, runTool } from './commands/tool.mjs';

const commands = {
  start: 'open the application',
  demo: 'watch the application do its whole job; --image FILE, --out DIR, --exit',
  test: 'every check there is; --only format,lint,unit,e2e,…',
  bench: 'measure; decode, raster, overviews, upload, models; --image FILE, --minutes N, --json',
  faults: 'uploads against a server that lies; --sequences N --kills N --seed N',
  engine: 'the local engine as a server; --port N --data DIR --token T --catalog DIR',
  openapi: 'the API as OpenAPI 3.1, from its schemas, to docs/openapi.json; --check',
  cli: 'the application without a window; --help lists its commands',
  package: 'a package of the application in release/',
  lint: 'the linter and the import boundaries',
  format: 'lay out every source file',
};

async function main(/** @type {string[]} */ [command, ...args]) {
  const file = new URL(`./commands/${command}.mjs`, import.meta.url);
  if (!command || !(command in commands) || !existsSync(file)) {
    const lines = Object.entries(commands).map(([name, about]) => `  ${name.padEnd(9)}${about}`);
    process.stderr.write(`usage: node build/run.mjs <command> [arguments]\n\n${lines.join('\n')}\n`);
    return command ? 1 : 0;
  }
  // Tools of the terminal start without a detour when nothing is to be done for them.
  const ready = toolIsReady(command);
  if (ready) return runTool(ready, args);
  const node = await ensureNode();
  if (node !== process.execPath) {
    return foreground(node, [fileURLToPath(import.meta.url), command, ...args], { env: withNodeFirst(node) });
  }
  Object.assign(process.env, withNodeFirst(node));
  /** @type {{ default: (args: string[]) => Promise<number> }} */
  const { default: perform } = await import(file.href);
  return perform(args);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    if (error instanceof Stop) say(error.message);
    else process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);
