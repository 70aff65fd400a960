import { fileURLToPath } from 'node:url';
import { measureModels, modelTable, writeTable } from './models';

export interface ModelBenchOptions {
  readonly json: boolean;
  /** A file of imagery and its truth (GeoJSON in longitude and latitude), instead of the scenes at hand. */
  readonly scene?: string | undefined;
  readonly truth?: string | undefined;
  /** Which model measures that file; Buildings when absent. */
  readonly model?: string | undefined;
  /** Only objects of the truth with this `class`. */
  readonly class?: string | undefined;
}

const document = fileURLToPath(new URL('../../docs/models.md', import.meta.url));

/** `npm run bench -- models`: what the models find. Without a scene of its own it writes the table in docs/models.md. */
export async function benchModels(options: ModelBenchOptions): Promise<string> {
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
