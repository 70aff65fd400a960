import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { explainSkip } from '../../support/data';
import { writeOrthophoto } from '../uploads/orthophoto';

const program = fileURLToPath(new URL('../../../dist/cli/cli.cjs', import.meta.url));
const notBuilt = !existsSync(program);
if (notBuilt) explainSkip('the command line as a program', 'it is not built');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  /** Ends the program with SIGKILL once a line of stderr says this. */
  readonly killAt?: RegExp;
  readonly token?: string;
}

function run(args: readonly string[], { killAt, token }: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...(token ? { ORTHODESK_TOKEN: token } : {}) };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      if (killAt?.test(err)) child.kill('SIGKILL');
    });
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

function workplace() {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-program-'));
  const images = join(folder, 'images');
  mkdirSync(images);
  writeOrthophoto(join(images, 'one.tif'), { columns: 6, rows: 5 });
  const data = ['--data', join(folder, 'data')];
  const upload = [
    'upload',
    images,
    '--mosaic',
    'Town',
    '--profile',
    'local',
    '--target-bytes',
    '80000',
    ...data,
  ];
  return { folder, images, data, upload };
}

interface Outcome {
  readonly uploads: {
    readonly file: string;
    readonly upload: { readonly state: string; readonly chunksTotal: number } | null;
    readonly error: { readonly kind: string; readonly message: string } | null;
  }[];
}

describe.skipIf(notBuilt)('the program', () => {
  test('uploads folders, tells of each file, and lists what it did', async () => {
    const { images, data, upload } = workplace();
    writeFileSync(join(images, 'two.tif'), 'not an image');
    const { code, out } = await run([...upload, '--json']);
    expect(code).toBe(1);
    const { uploads } = JSON.parse(out) as Outcome;
    expect(uploads).toMatchObject([
      { upload: { state: 'done' }, error: null },
      { upload: null, error: { kind: expect.stringMatching(/^tiff\./) as string } },
    ]);
    const listed = await run(['uploads', '--json', ...data]);
    expect(JSON.parse(listed.out)).toMatchObject({ uploads: [{ name: 'one.tif', state: 'done' }] });
  });

  test('killed in the middle and run again, it finishes: every chunk once', async () => {
    const { folder, upload } = workplace();
    const killed = await run([...upload, '--events'], { killAt: /"state":"ambiguous"/ });
    expect(killed.code).toBeNull();
    const again = await run([...upload, '--json']);
    expect([again.code, again.err]).toEqual([0, '']);
    const { uploads } = JSON.parse(again.out) as Outcome;
    const stored = readdirSync(join(folder, 'data', 'engine'), { recursive: true, encoding: 'utf8' });
    const images = stored.filter((name) => name.endsWith('.tif'));
    expect(images).toHaveLength(uploads[0]?.upload?.chunksTotal ?? 0);
  });

  test('options of a command within a command are its own', async () => {
    const { data } = workplace();
    const unreachable = ['accounts', 'add', '--name', 'x', '--url', 'http://127.0.0.1:9/rest', ...data];
    const { code, err } = await run(unreachable, { token: 'not-a-real-token' });
    expect([code, err]).toEqual([1, expect.stringContaining('127.0.0.1:9')]);
    const listed = await run(['accounts', '--json', ...data]);
    expect(JSON.parse(listed.out)).toMatchObject({ accounts: [{ id: 'local', active: true }] });
  });

  test('says what it did not understand, and what does not exist, with codes to tell them apart', async () => {
    const { data } = workplace();
    const [wrong, help, nobody] = await Promise.all([
      run(['upload', '--mosaic', 'x']),
      run(['--help']),
      run(['upload', 'a.tif', '--mosaic', 'x', '--profile', 'nobody', ...data]),
    ]);
    expect([wrong.code, help.code, nobody.code]).toEqual([2, 0, 1]);
    expect(help.out).toContain('inspect');
    expect(nobody.err).toContain('nobody');
  });
});
