/**
 * Where the time of a processing goes, and how much memory it takes: the engine's tasks one after another in this process, on a scene
 * of the generator. Reading and the network run side by side, so the phases sum to more than the whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateScene } from '../../../build/sample/generate';
import { profileOf } from '../../../main/engine/imagery/profile';
import { findModel } from '../../../main/engine/models';
import { threadTools } from '../../../main/engine/nodeParts';
import { cutIntoPartitions } from '../../../main/engine/processing/partitions';
import { execute, type TaskTools } from '../../../main/engine/tasks/execute';
import { apart } from './apart';
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
  readonly reading: number;
  readonly network: number;
  readonly tracing: number;
  /** MB at most, of the whole process */
  readonly megabytes: number;
  readonly cores: number;
}

const rounds: readonly (readonly [model: string, gsd: number])[] = [
  ['Buildings', 0.13],
  ['Buildings', 0.2],
  ['Roads', 0.3],
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
  const spent = { reading: 0, network: 0 };
  const tools = timed(threadTools(), spent);
  const folder = await mkdtemp(join(tmpdir(), 'orthodesk-bench-'));
  try {
    const raster = await tools.rasters.open(scene.file);
    await raster.close();
    const { profile, footprint } = profileOf(raster.description, scene.file, { maxPixelCount: Infinity });
    const images = [{ path: scene.file, profile }];
    const modelId = findModel(scene.model).info.id;
    const [started, before] = [performance.now(), process.cpuUsage()];
    const plan = await execute<'plan'>({ kind: 'plan', modelId, images, areas: [footprint] }, tools);
    const masks: string[] = [];
    for (const { position, aoi, rowFrom, rowTo } of cutIntoPartitions(plan)) {
      const target = join(folder, `${String(position)}.mask`);
      const rows = { from: rowFrom, to: rowTo };
      await execute<'detect'>({ kind: 'detect', plan, area: aoi, rows, target }, tools);
      masks.push(target);
    }
    const traced = performance.now();
    const target = join(folder, 'features');
    const { features } = await execute<'trace'>(
      { kind: 'trace', plan, area: 0, masks, blocks: ['Simplification'], target },
      tools,
    );
    const [ended, used] = [performance.now(), process.cpuUsage(before)];
    return {
      ...scene,
      workingGsd: plan.grid.gsd,
      megapixels: (profile.width * profile.height) / 1e6,
      features,
      seconds: (ended - started) / 1000,
      cpu: (used.user + used.system) / 1e6,
      reading: spent.reading / 1000,
      network: spent.network / 1000,
      tracing: (ended - traced) / 1000,
      megabytes: process.resourceUsage().maxRSS / 1024,
      cores: availableParallelism(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same tools, with a clock (ms). */
function timed(tools: TaskTools, spent: { reading: number; network: number }): TaskTools {
  const clock = async <T>(phase: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      return await work();
    } finally {
      spent[phase] += performance.now() - from;
    }
  };
  return {
    ...tools,
    networks: {
      run: (weights, window) => clock('network', () => tools.networks.run(weights, window)),
    },
    rasters: {
      open: async (path) => {
        const raster = await tools.rasters.open(path);
        return {
          ...raster,
          readWindow: (level, window, signal) =>
            clock('reading', () => raster.readWindow(level, window, signal)),
        };
      },
    },
  };
}

const head = [
  'model',
  'm/px',
  'worked at',
  'Mpx',
  's',
  'CPU s',
  'reading',
  'network',
  'polygons',
  'MB',
  'cores',
];

export function speedTable(rows: readonly SpeedRow[]): string {
  const lines = rows.map((row) => [
    row.model,
    row.gsd.toFixed(2),
    row.workingGsd.toFixed(2),
    row.megapixels.toFixed(0),
    ...[row.seconds, row.cpu, row.reading, row.network, row.tracing].map((seconds) => seconds.toFixed(1)),
    row.megabytes.toFixed(0),
    String(row.cores),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export async function writeSpeed(path: string, table: string): Promise<void> {
  await writeTable(path, table, 'speed');
}
