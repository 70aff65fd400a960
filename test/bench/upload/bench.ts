import { statSync } from 'node:fs';
import { hasGdal } from '../../support/data';
import { temporaryFolder } from '../../support/gdal';
import type { Bench } from '../bench';
import { writeScene, writeSparseScene } from './scene';
import { startSink, type Sink } from './sinkProcess';
import { measureHashing, measureSlicing } from './slicing';
import { cli, measureExtraBytes, measureThroughput } from './throughput';
import { measureWindow } from './window';

/** One line of the report. */
interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly under: number };
  /** What the value was made of. */
  readonly of: string;
}

const usualBytes = 1_000_000_000;
const sparseBytes = 20_000_000_000;

interface Place {
  /** An orthophoto of the wanted size. */
  readonly scene: string;
  /** A much larger one that takes no room. */
  readonly sparse: string;
  /** The command line's data, with a profile of the sink's. */
  readonly data: string;
  readonly sink: Sink;
}

const parts: Readonly<Record<string, (place: Place) => Promise<Figure[]>>> = {
  throughput: async ({ scene, data, sink }) => {
    const { ours, curl } = await measureThroughput(scene, data, sink);
    return [
      {
        what: 'throughput / curl -F',
        value: ours / curl,
        unit: 'x',
        target: { atLeast: 0.9 },
        of: `${rate(ours)} and ${rate(curl)}`,
      },
    ];
  },
  slicing: async ({ scene }) => {
    const slicing = await measureSlicing(scene, scene);
    return [
      {
        what: 'gdal_translate / slicing, a chunk',
        value: slicing.gdal / slicing.ours,
        unit: 'x',
        target: { atLeast: 20 },
        of: `${slicing.gdal.toFixed(2)} s and ${slicing.ours.toFixed(3)} s`,
      },
    ];
  },
  hashing: async ({ scene }) => {
    const { ours, plain } = await measureHashing(scene);
    return [
      {
        what: 'slice and hash / read and hash',
        value: ours / plain,
        unit: 'x',
        target: { atLeast: 0.8 },
        of: `${rate(ours)} and ${rate(plain)}`,
      },
    ];
  },
  cut: async ({ scene, data, sink }) => {
    const { share, cut, requests } = await measureExtraBytes(scene, data, sink);
    return [
      {
        what: 'extra bytes, 5 % cut',
        value: share * 100,
        unit: '%',
        target: { under: 5 },
        of: `${cut} of ${requests} connections cut`,
      },
    ];
  },
  window: async ({ sparse, sink }) => {
    await writeSparseScene(sparse, sparseBytes);
    const seen = await measureWindow(sparse, sink);
    return [
      {
        what: 'memory of main above idle',
        value: seen.memoryGrowth / 1e6,
        unit: 'MB',
        target: { under: 150 },
        of: `${(statSync(sparse).size / 1e9).toFixed(1)} GB at ${rate(seen.rate)}`,
      },
      {
        what: 'loop delay of main, p99',
        value: seen.delayP99,
        unit: 'ms',
        target: { under: 20 },
        of: `most ${seen.delayMax.toFixed(0)} ms; idle p99 ${seen.idleDelayP99.toFixed(1)} ms`,
      },
    ];
  },
};

/** Uploading against a sink on this machine, next to what else does parts of the job, in one run. */
export const benchUpload: Bench = async ({ json, bytes = usualBytes, parts: wanted }) => {
  if (!hasGdal) throw new Error('This benchmark compares with GDAL. Install gdal-bin and run it again.');
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown) throw new Error(`There is no part "${unknown}". There are: ${Object.keys(parts).join(', ')}.`);
  const figures = await measure(bytes, wanted);
  if (!json) return `${figures.map(line).join('\n')}\n`;
  const rows = figures.map((figure) => ({ ...figure, met: isMet(figure) }));
  return `${JSON.stringify({ bytes, figures: rows }, null, 2)}\n`;
};

async function measure(bytes: number, wanted: readonly string[]): Promise<Figure[]> {
  const folder = temporaryFolder();
  const sink = await startSink();
  const [scene, sparse, data] = ['scene.tif', 'sparse.tif', 'data'].map(folder.path) as [
    string,
    string,
    string,
  ];
  try {
    await writeScene(scene, bytes);
    await cli(data, 'accounts', 'add', '--name', 'Bench', '--url', sink.baseUrl);
    const figures: Figure[] = [];
    for (const [name, part] of Object.entries(parts)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      process.stderr.write(`measuring ${name}\n`);
      figures.push(...(await part({ scene, sparse, data, sink })));
    }
    return figures;
  } finally {
    sink.stop();
    folder.remove();
  }
}

function isMet({ value, target }: Figure): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value < target.under;
}

function line(figure: Figure): string {
  const { what, value, unit, target, of } = figure;
  const wanted = 'atLeast' in target ? `at least ${target.atLeast}` : `under ${target.under}`;
  const verdict = isMet(figure) ? 'met   ' : 'MISSED';
  return `${verdict}  ${what.padEnd(34)}${value.toFixed(2).padStart(9)} ${unit.padEnd(3)} ${wanted.padEnd(14)} ${of}`;
}

const rate = (bytesPerSecond: number): string => `${(bytesPerSecond / 1e6).toFixed(0)} MB/s`;
