/** Runs a model over a file as the engine does: plan, parts, polygons, on the engine's threads. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { polygonsOf, type Geometry } from '@shared/api';
import type { ResultFeature } from '../../../main/engine/vectorize';
import { profileOf } from '../../../main/engine/imagery/profile';
import { findModel } from '../../../main/engine/models';
import { cutIntoPartitions } from '../../../main/engine/processing/partitions';
import { networkCount, threadCount } from '../../../main/engine/nodeParts';
import { ThreadPool } from '../../../main/engine/tasks/threadPool';
import { openFile } from '../../../main/rasters';
import type { Box, Rings } from './raster';

export interface Detected {
  readonly features: readonly ResultFeature[];
  readonly seconds: number;
  /** Of these, until all was found, before the polygons. */
  readonly finding: number;
  /** s of all threads: what does not depend on what else the computer does */
  readonly cpu: number;
  /** The most memory that this process held until the polygons were there, MB. */
  readonly megabytes: number;
  /** Megapixels of the file that the area covers. */
  readonly megapixels: number;
  /** m of the working grid */
  readonly gsd: number;
}

const pixelThread = fileURLToPath(new URL('../main/pixel-thread.cjs', import.meta.url));

async function described(path: string): Promise<ReturnType<typeof profileOf>> {
  const { raster, close } = await openFile(path);
  await close();
  return profileOf(raster.description, path, { maxPixelCount: Infinity });
}

/** The extent of a file as longitudes and latitudes. Throws what the engine says to a file it cannot use. */
export async function extentOf(path: string): Promise<Geometry> {
  return (await described(path)).footprint;
}

/** The box of a part of an extent: shares from the left, the top, the right and the bottom. */
export function partOf(extent: Geometry, part: readonly [number, number, number, number]): Box {
  const points = polygonsOf(extent).flat(2);
  const [xs, ys] = [points.map(([x = 0]) => x), points.map(([, y = 0]) => y)];
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [left, top, right, bottom] = part;
  return {
    west: west + left * (east - west),
    east: west + right * (east - west),
    north: north - top * (north - south),
    south: north - bottom * (north - south),
  };
}

const rectangle = ({ west, south, east, north }: Box): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

export async function detect(
  path: string,
  model: string,
  box: Box,
  blocks: readonly string[] = [],
): Promise<Detected> {
  const folder = await mkdtemp(join(tmpdir(), 'orthodesk-bench-'));
  const runner = new ThreadPool(pixelThread, threadCount(), networkCount());
  try {
    const { profile } = await described(path);
    const [started, before] = [performance.now(), process.cpuUsage()];
    const { info, detector } = findModel(model);
    const modelId = info.id;
    const plan = await runner.run<'plan'>({
      kind: 'plan',
      modelId,
      images: [{ path, profile }],
      areas: [rectangle(box)],
    });
    const parts = cutIntoPartitions(plan);
    const maskOf = (position: number): string => join(folder, `${String(position)}.mask`);
    const waiting = [...parts];
    const lane = async (): Promise<void> => {
      for (let part = waiting.shift(); part; part = waiting.shift()) {
        const rows = { from: part.rowFrom, to: part.rowTo };
        await runner.run<'detect'>({
          kind: 'detect',
          plan,
          area: part.aoi,
          rows,
          target: maskOf(part.position),
        });
      }
    };
    const lanes = detector?.objects ? runner.networkWidth : runner.width;
    await Promise.all(Array.from({ length: lanes }, lane));
    const finding = (performance.now() - started) / 1000;
    const masks = parts.map(({ position }) => maskOf(position));
    const target = join(folder, 'features');
    await runner.run<'trace'>({ kind: 'trace', plan, area: 0, masks, blocks, target });
    const seconds = (performance.now() - started) / 1000;
    const used = process.cpuUsage(before);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    const lines = readFileSync(target, 'utf8').split('\n').filter(Boolean);
    const { window } = plan.areas[0]!;
    return {
      features: lines.map((line) => JSON.parse(line) as ResultFeature),
      seconds,
      finding,
      cpu: (used.user + used.system) / 1e6,
      megabytes,
      megapixels: (window.width * window.height * plan.grid.ratio[0] * plan.grid.ratio[1]) / 1e6,
      gsd: plan.grid.gsd,
    };
  } finally {
    await runner.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The polygons of a GeoJSON file in longitude and latitude; `only`: those of a class. */
export function readTruth(path: string, only?: string): readonly Rings[] {
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as {
    features: { properties: Record<string, unknown> | null; geometry: Geometry }[];
  };
  return features
    .filter(({ geometry }) => /Polygon$/.test(geometry.type))
    .filter(({ properties }) => only === undefined || properties?.['class'] === only)
    .flatMap(({ geometry }) => polygonsOf(geometry));
}
