import { fileURLToPath } from 'node:url';
import { measure, measureModels, modelTable, writeTable, type Scene } from './models';
import { measureSpeed, speedBench, speedTable, writeSpeed, type SpeedScene } from './speed';

export interface ModelBenchOptions {
  readonly json: boolean;
  /** A file of imagery and its truth (GeoJSON in longitude and latitude), instead of the scenes at hand. */
  readonly scene?: string | undefined;
  readonly truth?: string | undefined;
  /** Which model measures that file; Buildings when absent. */
  readonly model?: string | undefined;
  /** Only objects of the truth with this `class`. */
  readonly class?: string | undefined;
  /** Measure speed and memory on a generated scene of that many megapixels instead. */
  readonly megapixels?: string | undefined;
  /** m; of the generated scene. Without it two are measured: as fine as drones fly, and the finest that is not averaged. */
  readonly gsd?: string | undefined;
  /** One row in this process: what is measured, and of what (JSON). For the benchmark itself. */
  readonly row?: string | undefined;
}

const document = fileURLToPath(new URL('../../docs/models.md', import.meta.url));

/**
 * `npm run bench -- models`: what the models find. `--megapixels 100`: how fast they are, phase by phase. Without a scene of its
 * own it writes its table in docs/models.md. Each row is measured in a process of its own.
 */
export async function benchModels(options: ModelBenchOptions): Promise<string> {
  if (options.row !== undefined) return `${JSON.stringify(await rowOf(options.row))}\n`;
  if (options.megapixels !== undefined) {
    const rows = await speedBench(Number(options.megapixels), options.gsd, options.model);
    if (options.json) return `${JSON.stringify(rows, null, 2)}\n`;
    const table = speedTable(rows);
    if (options.gsd === undefined && options.model === undefined) await writeSpeed(document, table);
    return `${table}\n`;
  }
  const { scene, truth, model } = options;
  if ((scene === undefined) !== (truth === undefined)) throw new Error('--scene and --truth go together.');
  const rows = await measureModels({
    ...(scene && truth ? { scene, truth } : {}),
    ...(model ? { model } : {}),
    ...(options.class ? { only: options.class } : {}),
  });
  if (rows.length === 0)
    throw new Error('../shared/data is not beside this checkout. Give --scene and --truth instead.');
  if (options.json) return `${JSON.stringify(rows, null, 2)}\n`;
  const table = modelTable(rows);
  if (!scene) await writeTable(document, table);
  return `${table}\n`;
}

async function rowOf(text: string): Promise<unknown> {
  const row = JSON.parse(text) as
    { readonly what: 'measure'; readonly of: Scene } | { readonly what: 'speed'; readonly of: SpeedScene };
  return row.what === 'measure' ? await measure(row.of) : await measureSpeed(row.of);
}
