/**
 * Benchmarks: `npm run bench -- [WHAT [PART…]] [--json]`. What is compared runs in one go on one machine, so the ratios mean something even
 * where the times do not. Measures that do not exist are refused by name.
 * `raster` takes `--image FILE`, `--shots DIR`, `--trace FILE` for Chromium's trace of the moves, and `--minutes N`: panning goes
 * on for half a minute, unless `--minutes 10` asks for the whole test of the memory. `raster viewing` leaves out all but the one
 * raster in the window.
 */
import { parseArgs } from 'node:util';
import { benchDecoding } from './decode';
import { benchModels } from './models/bench';
import { printOverviews } from './overviews';
import { printRaster } from './raster';
import { benchUpload } from './upload/bench';
import { serveSink } from './upload/sink';

export interface BenchOptions {
  readonly json: boolean;
  /** bytes of the file that is measured with, where a measure makes one */
  readonly bytes: number | undefined;
  /** Parts of the measure, where it has some; all when empty. */
  readonly parts: readonly string[];
}

/** What a measure prints: for people or, as JSON, for programs. */
export type Bench = (options: BenchOptions) => Promise<string>;

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    bytes: { type: 'string' },
    image: { type: 'string' },
    minutes: { type: 'string', default: '0.5' },
    shots: { type: 'string' },
    trace: { type: 'string' },
    scene: { type: 'string' },
    truth: { type: 'string' },
    model: { type: 'string' },
    class: { type: 'string' },
    megapixels: { type: 'string' },
    gsd: { type: 'string' },
    row: { type: 'string' },
  },
  allowPositionals: true,
});

const benches: Readonly<Record<string, Bench>> = {
  decode: benchDecoding,
  models: () => benchModels(values),
  overviews: async () => {
    await printOverviews(values);
    return '';
  },
  raster: async ({ parts }) => {
    await printRaster({ ...values, parts });
    return '';
  },
  upload: benchUpload,
  'upload-sink': serveSink,
};

async function main(): Promise<void> {
  const [what = 'decode', ...parts] = positionals;
  const bench = benches[what];
  if (!bench)
    throw new Error(`There is no benchmark "${what}". There are: ${Object.keys(benches).join(', ')}.`);
  const bytes = values.bytes === undefined ? undefined : Number(values.bytes);
  if (bytes !== undefined && !(Number.isInteger(bytes) && bytes > 0))
    throw new Error('--bytes takes a whole number.');
  process.stdout.write(await bench({ json: values.json, bytes, parts }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
