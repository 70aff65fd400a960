import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { hasGdal } from '../support/data';
import { measureDecoding, type DecodingRow } from './decode';
import { largeImage, sparseImage, wideImage } from './largeImage';
import { measureOverviews, overviewsInWords, type OverviewFigures } from './overviews';
import { measureOpening, measureViewing, type Viewing } from './viewing';

const side = 32_768;
const moves = 100;
const sparseSide = 100_000;
const worldWidth = 36_000;

export interface RasterOptions {
  readonly json: boolean;
  readonly image?: string | undefined;
  readonly minutes: string;
  readonly shots?: string | undefined;
  readonly trace?: string | undefined;
  /** `viewing` measures nothing but the one raster in the window; everything when empty. */
  readonly parts: readonly string[];
}

interface Measured {
  readonly viewing: Viewing;
  /** Seconds until the first picture of files that are large in other ways. */
  readonly openings: readonly { readonly what: string; readonly firstPicture: number }[];
  /** Null where GDAL is not there to write the files, or where only viewing was asked for. */
  readonly decoding: readonly DecodingRow[] | null;
  /** Null where only viewing was asked for. */
  readonly overviews: OverviewFigures | null;
  /** Programs that wanted a processor during the last minute: above the number of cores, times are longer than they need be. */
  readonly load: number;
}

/**
 * Looking at one large raster in the application, decoding against geotiff.js, and its overviews against gdaladdo, in one
 * run.
 */
export async function printRaster({
  json,
  image,
  minutes,
  shots,
  trace,
  parts,
}: RasterOptions): Promise<void> {
  const all = !parts.includes('viewing');
  const folder = shots && resolve(shots);
  if (folder) mkdirSync(folder, { recursive: true });
  const path = image ? resolve(image) : await largeImage(side);
  const viewing = await measureViewing(path, {
    moves,
    minutes: Number(minutes),
    ...(folder && { shots: folder }),
    ...(trace && { trace: resolve(trace) }),
  });
  const openings = image || !all ? [] : await measureOpenings();
  const load = loadavg()[0] ?? 0;
  const decoding = all && hasGdal ? await measureDecoding() : null;
  const overviews = all ? await measureOverviews(path) : null;
  const measured: Measured = { viewing, openings, decoding, overviews, load };
  process.stdout.write(
    json
      ? `${JSON.stringify(measured, null, 2)}\n`
      : `${table(measured)}${overviews ? overviewsInWords(overviews) : ''}`,
  );
}

async function measureOpenings(): Promise<Measured['openings']> {
  const files = [
    { what: `${sparseSide} x ${sparseSide}, sparse`, path: await sparseImage(sparseSide) },
    { what: `${worldWidth} x ${worldWidth / 2}`, path: await wideImage(worldWidth) },
  ];
  const openings = [];
  for (const { what, path } of files) openings.push({ what, firstPicture: await measureOpening(path) });
  return openings;
}

function table({ viewing, openings, decoding, load }: Measured): string {
  const { roaming, view } = viewing;
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  // The caches of tiles fill in the first minutes; what is to be flat is what comes after.
  const settled = roaming.memory.slice(Math.floor(roaming.memory.length / 2));
  const lines = [
    ['first picture of the whole extent', seconds(viewing.firstPicture), 'under 1 s'],
    ['full sharp extent', seconds(viewing.sharpExtent), 'under 12 s'],
    [`1:1, ${view.width} x ${view.height}, all tiles`, seconds(viewing.oneToOne), 'under 0.6 s'],
    ['the same again', seconds(viewing.secondVisit), 'under 0.1 s'],
    [
      `loop of the main process, ${roaming.moves} moves`,
      `${roaming.mainLoopDelay.toFixed(0)} ms`,
      'under 50 ms',
    ],
    ['longest task of the window', `${roaming.longestTask.toFixed(0)} ms`, 'under 100 ms'],
    ['tasks of the window above 100 ms', String(roaming.longTasks), 'none'],
    [
      `memory, ${roaming.minutes} min of panning`,
      `${roaming.memory.at(0) ?? 0} MiB at first, second half ${Math.min(...settled)} to ${Math.max(...settled)} MiB`,
      'flat',
    ],
    ...openings.map(({ what, firstPicture }) => [
      `first picture, ${what}`,
      seconds(firstPicture),
      'under 1 s',
    ]),
    ...(decoding ?? []).map(({ codec, ours, geotiffJs, ratio }) => [
      `decoding ${codec}`,
      `${ours} tiles/s, ${ratio} x`,
      `geotiff.js ${geotiffJs}`,
    ]),
  ];
  const rows = lines.map(
    ([what = '', value = '', aim = '']) => `${what.padEnd(40)}${value.padEnd(26)}${aim}`,
  );
  return `${[`${viewing.image}; load of the machine ${load.toFixed(1)}`, ...rows].join('\n')}\n`;
}
