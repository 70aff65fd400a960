import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refereePython } from '../fixtures/referee';
import { hasGdal } from '../support/data';
import { gdal, temporaryFolder } from '../support/gdal';
import { largeImage } from './largeImage';

/** One way of building the overviews of an image. */
export interface OverviewRun {
  readonly seconds: number;
  /** Of all processors together: beside `seconds` it tells what else wanted them. */
  readonly cpuSeconds: number;
  /** MB, at the most */
  readonly residentMb: number;
  readonly sidecarMb: number;
}

export interface OverviewFigures {
  readonly image: string;
  readonly threads: number;
  readonly ours: OverviewRun;
  /** Null where GDAL is not installed. */
  readonly gdaladdo: OverviewRun | null;
  /** gdaladdo's seconds over ours. */
  readonly faster: number | null;
  /**
   * Share of samples of the first level that are within one of gdaladdo's: of the averages, both stored without loss, on a
   * part of the image; and of both as JPEG, whose own loss is larger than that.
   */
  readonly within1: { readonly averages: number; readonly jpeg: number } | null;
}

const side = 32_768;
/** px a side of the part on which averages are compared */
const part = 8192;
const cli = fileURLToPath(new URL('../cli/cli.cjs', import.meta.url));

/** Builds the overviews of a large JPEG image with the program and with gdaladdo, one after the other, in one run. */
export async function measureOverviews(image?: string): Promise<OverviewFigures> {
  const source = image ? resolve(image) : await largeImage(side);
  const threads = availableParallelism();
  const folder = temporaryFolder();
  try {
    const ours = await measureOurs(source, folder.path('ours.ovr'), []);
    if (!hasGdal) return { image: source, threads, ours, gdaladdo: null, faster: null, within1: null };
    const copy = folder.path(basename(source));
    copyFileSync(source, copy);
    const gdaladdo = await timed('gdaladdo', addArguments(copy, 'JPEG'), copy, `${copy}.ovr`);
    const faster = Number((gdaladdo.seconds / ours.seconds).toFixed(2));
    return { image: source, threads, ours, gdaladdo, faster, within1: await agreement(source, folder.path) };
  } finally {
    folder.remove();
  }
}

const measureOurs = (source: string, out: string, options: readonly string[]): Promise<OverviewRun> =>
  timed(process.execPath, [cli, 'overviews', source, '--out', out, ...options], source, out);

function addArguments(path: string, codec: 'JPEG' | 'DEFLATE'): string[] {
  const config = {
    GDAL_NUM_THREADS: 'ALL_CPUS',
    COMPRESS_OVERVIEW: codec,
    INTERLEAVE_OVERVIEW: 'PIXEL',
    ...(codec === 'JPEG' ? { PHOTOMETRIC_OVERVIEW: 'YCBCR' } : {}),
  };
  const words = Object.entries(config).flatMap(([key, value]) => ['--config', key, value]);
  return ['-q', '-ro', '-r', 'average', ...words, path];
}

/** Runs a command to its end; what it reads is in memory when it begins. */
async function timed(
  command: string,
  args: readonly string[],
  source: string,
  made: string,
): Promise<OverviewRun> {
  spawnSync('cat', [source], { stdio: 'ignore' });
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  let cpuSeconds = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakResident(child.pid));
    cpuSeconds = Math.max(cpuSeconds, processorSeconds(child.pid));
  }, 50);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return {
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    residentMb: Math.round(peak / 1000),
    sidecarMb: Number((statSync(made).size / 1e6).toFixed(1)),
  };
}

/** kB that a process had in memory at the most, as Linux counts. */
function peakResident(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Processor time of a process and its threads so far, as Linux counts: hundredths of a second, fields 14 and 15. */
function processorSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

async function agreement(
  source: string,
  at: (name: string) => string,
): Promise<{ readonly averages: number; readonly jpeg: number } | null> {
  if (refereePython === undefined) return null;
  const cut = at('part.tif');
  const size = String(part);
  const tiles = ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512', 'COMPRESS=JPEG', 'PHOTOMETRIC=YCBCR'];
  const options = tiles.flatMap((option) => ['-co', option]);
  gdal('gdal_translate', '-q', '-srcwin', '0', '0', size, size, ...options, source, cut);
  const shares: number[] = [];
  for (const [codec, flags] of [['DEFLATE', ['--lossless']] as const, ['JPEG', []] as const]) {
    await measureOurs(cut, at('part.ours.ovr'), flags);
    gdal('gdaladdo', ...addArguments(cut, codec));
    shares.push(shareWithin1(at('part.ours.ovr'), `${cut}.ovr`));
    gdal('rm', `${cut}.ovr`);
  }
  const [averages = 0, jpeg = 0] = shares;
  return { averages, jpeg };
}

const script = `
import sys
import numpy
from osgeo import gdal
a, b = (gdal.Open(path).ReadAsArray().astype("int16") for path in sys.argv[1:3])
print(float((numpy.abs(a - b) <= 1).mean()))
`;

function shareWithin1(a: string, b: string): number {
  const run = spawnSync(refereePython!, ['-c', script, a, b], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(Number(run.stdout).toFixed(5));
}

/** What the bench command prints. */
export async function printOverviews({
  json,
  image,
}: {
  json: boolean;
  image?: string | undefined;
}): Promise<void> {
  const figures = await measureOverviews(image);
  process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : overviewsInWords(figures));
}

export function overviewsInWords({
  image,
  threads,
  ours,
  gdaladdo,
  faster,
  within1,
}: OverviewFigures): string {
  const row = (name: string, { seconds, cpuSeconds, residentMb, sidecarMb }: OverviewRun): string =>
    `${name.padEnd(12)}${`${seconds} s`.padStart(10)}${`${cpuSeconds} s`.padStart(12)}${`${residentMb} MB`.padStart(12)}${`${sidecarMb} MB`.padStart(12)}`;
  const lines = [
    `overviews of ${image}, ${threads} threads`,
    `${''.padEnd(12)}${'time'.padStart(10)}${'processors'.padStart(12)}${'resident'.padStart(12)}${'sidecar'.padStart(12)}`,
    row('ours', ours),
    ...(gdaladdo ? [row('gdaladdo', gdaladdo), `${faster} times as fast`] : ['gdaladdo is not installed']),
    ...(within1
      ? [
          `within one level of gdaladdo: ${within1.averages * 100} % of averages, ${within1.jpeg * 100} % as JPEG`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
