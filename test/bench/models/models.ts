/**
 * How good the engine's models are on labelled scenes, and what they cost. `npm run bench -- models` measures the scenes that are
 * at hand and writes the table in docs/models.md; with --scene and --truth it measures one file.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { format } from 'prettier';
import { generateScene } from '../../../build/sample/generate';
import { sharedData } from '../../support/data';
import { apart } from './apart';
import { detect, extentOf, partOf, readTruth } from './detect';
import { GroundGrid } from './raster';
import { boxRecall, score, type Score } from './score';

type Part = readonly [number, number, number, number];
const whole: Part = [0, 0, 1, 1];

/** What a row of the table measures; it travels to a process of its own. */
export interface Scene {
  readonly name: string;
  readonly model: string;
  readonly file: string;
  readonly truth: string;
  /** The part that is measured: shares from the left, the top, the right, the bottom. */
  readonly part?: Part;
  readonly only?: string;
  readonly boxes?: boolean;
  readonly blocks?: readonly string[];
}

export interface ModelRow extends Score {
  readonly name: string;
  readonly model: string;
  /** m of the working grid */
  readonly gsd: number;
  /** Share of boxes found at an IoU of 0.4, where the truth is boxes. */
  readonly boxes: number | null;
  /** s for 100 megapixels of the file */
  readonly seconds: number;
  /** The most memory that the row's own process held, MB */
  readonly megabytes: number;
}

const labels = join(sharedData ?? '', 'labels');
const building = (town: string, file: string, part?: Part, model = 'Buildings'): Scene => ({
  name: town,
  model,
  file: join(labels, `buildings_${file}.tif`),
  truth: join(labels, `buildings_${file}.geojson`),
  ...(part ? { part } : {}),
});
const trees = (stand: string): Scene => ({
  name: `${stand} †`,
  model: 'Forest',
  file: join(labels, `trees_${stand}.tif`),
  truth: join(labels, `trees_${stand}.geojson`),
  boxes: true,
});

const southOfBanepa: Part = [0, 0.7, 1, 1];
const eastOfKampala: Part = [0.66, 0, 1, 1];

/** Parts of scenes that no weights were trained on. */
const scenes: readonly Scene[] = [
  building('Banepa, the south †', 'banepa_2048x4096', southOfBanepa),
  building('Kampala, the east †', 'kampala_2048x2048', eastOfKampala),
  building('Banepa, the south †', 'banepa_2048x4096', southOfBanepa, 'Buildings (Aerial)'),
  building('Kampala, the east †', 'kampala_2048x2048', eastOfKampala, 'Buildings (Aerial)'),
  ...['SJER_058', 'OSBS_036', 'TEAK_052', 'TEAK_059'].map(trees),
];

export async function measureModels(given: {
  readonly scene?: string;
  readonly truth?: string;
  readonly model?: string;
  readonly only?: string;
}): Promise<ModelRow[]> {
  if (given.scene && given.truth) {
    const scene: Scene = {
      name: basename(given.scene),
      model: given.model ?? 'Buildings',
      file: resolve(given.scene),
      truth: resolve(given.truth),
      ...(given.only ? { only: given.only } : {}),
    };
    return [await apart<ModelRow>('measure', scene)];
  }
  const rows: ModelRow[] = [];
  for (const scene of scenes.filter(({ file, truth }) => existsSync(file) && existsSync(truth)))
    rows.push(await apart<ModelRow>('measure', scene));
  if (rows.length > 0) rows.push(...(await measureSynthetic()));
  return rows;
}

/** A scene of the generator that nothing was trained on: its seed is none of the training's. */
async function measureSynthetic(): Promise<ModelRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'orthodesk-bench-'));
  try {
    const [file, truth] = [join(folder, 'scene.tif'), join(folder, 'scene.geojson')];
    await generateScene({ path: file, truthPath: truth, width: 2048, height: 2048, gsd: 0.3, seed: 211 });
    const scene = { name: 'synthetic, seed 211', file, truth };
    return [
      await apart<ModelRow>('measure', { ...scene, model: 'Roads', only: 'road' }),
      await apart<ModelRow>('measure', { ...scene, model: 'Construction', only: 'construction' }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One row, in this process. */
export async function measure(scene: Scene): Promise<ModelRow> {
  const box = partOf(await extentOf(scene.file), scene.part ?? whole);
  const found = await detect(scene.file, scene.model, box, scene.blocks);
  const grid = GroundGrid.over(box);
  const truth = readTruth(scene.truth, scene.only).filter((rings) =>
    rings[0]!.some(([x = 0, y = 0]) => x > box.west && x < box.east && y > box.south && y < box.north),
  );
  const outlines = found.features.map(({ geometry }) => geometry.coordinates);
  return {
    name: scene.name,
    model: scene.model,
    gsd: found.gsd,
    ...score(outlines, truth, grid),
    boxes: scene.boxes ? boxRecall(outlines, truth, grid) : null,
    seconds: (found.seconds / found.megapixels) * 100,
    megabytes: found.megabytes,
  };
}

const head = [
  'model',
  'scene',
  'm/px',
  'objects',
  'precision',
  'recall',
  'F1',
  'pixel IoU',
  'offset m',
  'boxes',
  's / 100 Mpx',
  'MB',
];

/** The rows as a table of Markdown. */
export function modelTable(rows: readonly ModelRow[]): string {
  const lines = rows.map((row) => [
    row.model,
    row.name,
    row.gsd.toFixed(2),
    String(row.objects),
    ...[row.precision, row.recall, row.f1, row.iou].map((share) => share.toFixed(2)),
    row.offset === null ? '–' : row.offset.toFixed(2),
    row.boxes === null ? '–' : row.boxes.toFixed(2),
    row.seconds.toFixed(0),
    row.megabytes.toFixed(0),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Puts a table between its marks in a document. */
export async function writeTable(path: string, table: string, mark = 'measured'): Promise<void> {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for the table.`);
  const written = `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  writeFileSync(path, await format(written, { parser: 'markdown', printWidth: 110 }));
}
