/**
 * Benchmarks: `npm run bench -- [decode] [--json]`. What is compared runs in one go on one machine, so the ratios mean
 * something even where the times do not. Measures that do not exist yet are refused by name.
 */
import { parseArgs } from 'node:util';
import { hasGdal } from '../support/data';
import { measureDecoding, type DecodingRow } from './decode';
import { benchModels } from './models/bench';
import { printRaster } from './raster';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    image: { type: 'string' },
    minutes: { type: 'string', default: '0.5' },
    shots: { type: 'string' },
    scene: { type: 'string' },
    truth: { type: 'string' },
    model: { type: 'string' },
    class: { type: 'string' },
  },
  allowPositionals: true,
});

async function bench(what: string): Promise<void> {
  if (what === 'raster') return printRaster(values);
  if (what === 'models') {
    process.stdout.write(await benchModels(values));
    return;
  }
  if (what !== 'decode') throw new Error(`There is no benchmark "${what}". There are: decode, models, raster.`);
  if (!hasGdal)
    throw new Error('This benchmark writes its files with GDAL. Install gdal-bin and run it again.');
  const rows = await measureDecoding();
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
}

/** Tiles of 512 x 512 RGB a second, one thread. */
function table(rows: readonly DecodingRow[]): string {
  const lines = rows.map(
    ({ codec, ours, fast, geotiffJs, ratio }) =>
      `${codec.padEnd(24)}${number(ours)}${fast === null ? ' '.repeat(10) : number(fast)}${number(geotiffJs)}${ratio.toFixed(1).padStart(8)}x`,
  );
  const head = `${'512 x 512 RGB tiles/s'.padEnd(24)}${'ours'.padStart(10)}${'inexact'.padStart(10)}${'geotiff.js'.padStart(10)}`;
  return `${[head, ...lines].join('\n')}\n`;
}

const number = (value: number): string => value.toFixed(0).padStart(10);

bench(positionals[0] ?? 'decode').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
