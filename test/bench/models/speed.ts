/** Where the time of a processing goes, and how much memory it takes, on a scene of the generator. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateScene } from '../../../build/sample/generate';
import { apart } from './apart';
import { detect, extentOf, partOf } from './detect';
import { writeTable } from './models';

export interface SpeedScene {
  readonly file: string;
  readonly model: string;
  /** m of the file */
  readonly gsd: number;
}

export interface SpeedRow extends SpeedScene {
  /** m that the model works at */
  readonly workingGsd: number;
  readonly megapixels: number;
  readonly features: number;
  /** s: the whole, and its phases */
  readonly seconds: number;
  /** s of all threads: what does not depend on what else the computer does */
  readonly cpu: number;
  readonly finding: number;
  readonly tracing: number;
  /** MB at most, of the whole process */
  readonly megabytes: number;
  readonly cores: number;
}

const rounds: readonly (readonly [model: string, gsd: number])[] = [
  ['Buildings', 0.13],
  ['Buildings', 0.2],
  ['Buildings (Aerial)', 0.16],
  ['Forest', 0.2],
  ['Forest', 0.5],
  ['Roads', 0.3],
  ['Construction', 0.5],
];

export async function speedBench(megapixels: number, gsd?: string, model?: string): Promise<SpeedRow[]> {
  if (!(megapixels > 0)) throw new Error('--megapixels takes a number.');
  const wanted =
    gsd === undefined && model === undefined
      ? rounds
      : ([[model ?? 'Buildings', Number(gsd ?? '0.2')]] as const);
  const folder = await mkdtemp(join(tmpdir(), 'orthodesk-bench-'));
  const side = Math.round(Math.sqrt(megapixels * 1e6));
  const rows: SpeedRow[] = [];
  try {
    for (const [name, metres] of wanted) {
      const file = join(folder, `${String(metres)}.tif`);
      await generateScene({ path: file, width: side, height: side, gsd: metres, seed: 7 });
      rows.push(await apart<SpeedRow>('speed', { file, model: name, gsd: metres } satisfies SpeedScene));
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

/** One row, in this process. */
export async function measureSpeed(scene: SpeedScene): Promise<SpeedRow> {
  const extent = partOf(await extentOf(scene.file), [0, 0, 1, 1]);
  const found = await detect(scene.file, scene.model, extent, ['Simplification']);
  const { seconds, finding, cpu, megabytes, megapixels } = found;
  return {
    ...scene,
    workingGsd: found.gsd,
    megapixels,
    features: found.features.length,
    seconds,
    cpu,
    finding,
    tracing: seconds - finding,
    megabytes,
    cores: availableParallelism(),
  };
}

const head = ['model', 'm/px', 'worked at', 'Mpx', 's', 'CPU s', 'finding', 'polygons', 'MB', 'cores'];

export function speedTable(rows: readonly SpeedRow[]): string {
  const lines = rows.map((row) => [
    row.model,
    row.gsd.toFixed(2),
    row.workingGsd.toFixed(2),
    row.megapixels.toFixed(0),
    ...[row.seconds, row.cpu, row.finding, row.tracing].map((seconds) => seconds.toFixed(1)),
    row.megabytes.toFixed(0),
    String(row.cores),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export async function writeSpeed(path: string, table: string): Promise<void> {
  await writeTable(path, table, 'speed');
}
