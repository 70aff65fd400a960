import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inTurns, median } from './repeat';
import type { Sink } from './sinkProcess';

const run = promisify(execFile);
const REPETITIONS = 5;

export interface Throughput {
  /** Median bytes per second between the first byte and the last answer, as the sink sees it. */
  readonly ours: number;
  readonly curl: number;
}

/** Uploads a file with our command line, and as one form with `curl -F`, in turns. */
export async function measureThroughput(path: string, data: string, sink: Sink): Promise<Throughput> {
  const [ours, curl] = await inTurns(REPETITIONS, [
    () => rateOf(sink, () => uploadByCli(path, data)),
    () => rateOf(sink, () => uploadByCurl(path, sink)),
  ]);
  return { ours: median(ours as number[]), curl: median(curl as number[]) };
}

/** Bytes that a sink which cuts one connection in twenty received beyond the file's own, as a share of these. */
export async function measureExtraBytes(
  path: string,
  data: string,
  sink: Sink,
): Promise<{ readonly share: number; readonly cut: number; readonly requests: number }> {
  await sink.reset();
  await uploadByCli(path, data, cutTarget);
  const whole = await sink.counts();
  await sink.reset(20);
  await uploadByCli(path, data, cutTarget);
  const { stored, cut, bytes } = await sink.counts();
  if (stored !== whole.stored) throw new Error(`${stored} chunks arrived instead of ${whole.stored}.`);
  return { share: bytes / whole.bytes - 1, cut, requests: stored + cut };
}

/** bytes; small chunks, so that there are enough connections to cut */
const cutTarget = 4 * 1024 * 1024;

async function rateOf(sink: Sink, upload: () => Promise<void>): Promise<number> {
  await sink.reset();
  await upload();
  const { bytes, ms } = await sink.counts();
  return bytes / (ms / 1000);
}

/** Our command line, in the tools' Node: the binding of SQLite that was made for Electron is not for it. */
export async function cli(data: string, ...words: readonly string[]): Promise<string> {
  const { ORTHODESK_SQLITE_BINDING: _, ...env } = process.env;
  const file = join(process.env['ORTHODESK_APP'] ?? '.', 'dist', 'cli', 'cli.cjs');
  const options = { env: { ...env, ORTHODESK_TOKEN: 'bench' } };
  const { stdout } = await run(process.execPath, [file, ...words, '--data', data], options).catch(
    ({ stdout: said, stderr }: { stdout?: string; stderr?: string }) => {
      throw new Error(`The command line failed at "${words.join(' ')}": ${said ?? ''} ${stderr ?? ''}`);
    },
  );
  return stdout;
}

/** Each into a mosaic of its own, so that nothing of an earlier one is met. */
async function uploadByCli(path: string, data: string, targetBytes?: number): Promise<void> {
  const size = targetBytes === undefined ? [] : ['--target-bytes', String(targetBytes)];
  await cli(data, 'upload', path, '--profile', 'Bench', '--mosaic', `m${Date.now()}`, ...size, '--json');
}

async function uploadByCurl(path: string, sink: Sink): Promise<void> {
  await run('curl', ['-s', '-S', '-f', '-F', `file=@${path}`, `${sink.baseUrl}/rasters/mosaic/m/image`]);
}
