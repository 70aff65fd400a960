import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FeatureCollection } from 'geojson';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScene } from '../../build/sample/generate';
import { explainSkip } from '../support/data';
import { startTestEngine, token, type TestEngine } from './support';

let it: TestEngine;
let folder: string;
let scene: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outsiders-'));
  scene = join(folder, 'scene.tif');
  await generateScene({ path: scene, width: 400, height: 300, gsd: 0.3, seed: 11, tileSize: 128 });
  it = await startTestEngine();
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

function without(program: string, what: string): boolean {
  const missing = spawnSync(program, ['--version']).status !== 0;
  if (missing) explainSkip(what, `${program} is not installed`);
  return missing;
}

function run(program: string, args: readonly string[]): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (out += part.toString()));
    child.on('close', (code) => resolve({ code, out }));
  });
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

test.skipIf(without('python3', 'a client in Python')).each([['Bearer'], ['Basic', '--basic']])(
  'a script in Python that knows the public API does the whole job, as %s',
  async (_scheme, ...options) => {
    const result = join(folder, 'result.geojson');
    const { code, out } = await run('python3', [
      here('./public_client.py'),
      it.engine.url,
      token,
      scene,
      result,
      ...options,
    ]);
    expect(code, out).toBe(0);
    const collection = JSON.parse(await readFile(result, 'utf8')) as FeatureCollection;
    expect(JSON.parse(out)).toEqual({ features: collection.features.length, cost: 8 });
    expect(collection.features.length).toBeGreaterThan(0);
  },
);

test.skipIf(without('curl', 'the reference’s curl examples'))(
  'the reference’s own curl examples answer as printed there',
  async () => {
    const { code, out } = await run('bash', [here('./reference_examples.sh'), it.engine.url, token, scene]);
    expect(code, out).toBe(0);
    expect(out).not.toMatch(/MISSING|HTTP [345]/);
    expect(out.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(26);
  },
);
