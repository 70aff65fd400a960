import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { explainSkip } from '../../support/data';
import { temporaryFolder } from '../../support/gdal';
import { writeStrips } from '../../support/stripTiff';

const program = fileURLToPath(new URL('../../../dist/cli/cli.cjs', import.meta.url));
const notBuilt = !existsSync(program);
if (notBuilt) explainSkip('a build of overviews that is killed', 'the command line is not built');

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Built {
  readonly resumed: number;
}

/** Runs the program; null where it was killed, as soon as a unit is done by its journal. */
function build(image: string, out: string, kill: boolean): Promise<Built | null> {
  const args = [program, 'overviews', image, '--out', out, '--threads', '1', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const watch = kill
    ? setInterval(() => {
        if (isUnitDone(`${out}.journal`)) child.kill('SIGKILL');
      }, 5)
    : undefined;
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      clearInterval(watch);
      if (signal === 'SIGKILL') resolve(null);
      else if (code === 0) resolve(JSON.parse(said) as Built);
      else reject(new Error(`ended with ${code}: ${said}`));
    });
  });
}

const isUnitDone = (journal: string): boolean =>
  existsSync(journal) && /^\[\d+,\d+,1,/m.test(readFileSync(journal, 'utf8'));

test.skipIf(notBuilt)(
  'a program that is killed while it builds goes on the next time, and its file is the same',
  async () => {
    const image = folder.path('image.tif');
    // A palette, for it is slow: the journal is written once a second.
    writeStrips(image, {
      width: 8192,
      height: 8192,
      rowsPerStrip: 64,
      compression: 'deflate',
      palette: true,
    });
    const [whole, broken] = [folder.path('whole.ovr'), folder.path('broken.ovr')];
    expect(await build(image, whole, false)).toMatchObject({ resumed: 0 });
    expect(await build(image, broken, true)).toBeNull();
    expect(existsSync(broken)).toBe(false);
    const resumed = await build(image, broken, false);
    expect(resumed!.resumed).toBeGreaterThan(0);
    expect(readFileSync(broken).equals(readFileSync(whole))).toBe(true);
  },
  60_000,
);
