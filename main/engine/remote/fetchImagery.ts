import { errorOfCode } from '@shared/api';
import { crsFromEpsg } from '@shared/geo/crs';
import { pixelMetres } from '../imagery/profile';
import { projectionFor } from '@shared/geo/crs';
import type { SourceImage } from '../imagery/mosaicSource';
import type { DecodeImage } from '../rasterAccess';
import type { FetchTask, TaskOptions } from '../tasks/types';
import { coverageOf, tileAt, type Coverage } from './coverage';
import { fetchTile, type TileAgent } from './fetchTile';
import { TileFile } from './tileFile';
import { tileSide, type TileSource } from './tileSource';

/** Requests under way at once: polite to a service that somebody else pays for. */
const lanes = 6;

/**
 * Fetches the tiles of an area into a file and describes it as an image. Tiles that are there already are not fetched
 * again. Throws `dataloader.TileNotLoaded`, `dataloader.TileNotReadable`, `dataloader.WrongTileSize`,
 * `source-validator.NoDataInAOI` when the service has nothing there.
 */
export async function fetchImagery(
  task: FetchTask,
  decode: DecodeImage,
  agentFor: TileAgent,
  options: TaskOptions,
): Promise<SourceImage> {
  const crs = await crsFromEpsg(task.source.epsg);
  const coverage = coverageOf(task.areas, task.source, crs);
  const file = await TileFile.open(task.target, coverage);
  let loaded = file.present.size;
  try {
    const missing = coverage.wanted.filter((index) => !file.present.has(index));
    let done = coverage.wanted.length - missing.length;
    const lane = async (): Promise<void> => {
      for (let index = missing.shift(); index !== undefined; index = missing.shift()) {
        const rgba = await loadTile(task, coverage, index, decode, agentFor, options.signal);
        if (rgba) {
          await file.write(index, rgba);
          loaded++;
        }
        done++;
        options.onProgress?.(done / coverage.wanted.length);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await file.close();
  }
  if (loaded === 0) throw errorOfCode('source-validator.NoDataInAOI', {});
  return imageOf(task, coverage, crs);
}

async function loadTile(
  { source, password }: { readonly source: TileSource; readonly password: string | null },
  coverage: Coverage,
  index: number,
  decode: DecodeImage,
  agentFor: TileAgent,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  const tile = tileAt(coverage, source.zoom, index);
  const bytes = await fetchTile(source, password, tile, agentFor, signal);
  if (!bytes || bytes.length === 0) return null;
  const where = `${String(tile.z)}/${String(tile.x)}/${String(tile.y)}`;
  const picture = await decode(bytes).catch(() => null);
  if (!picture) throw errorOfCode('dataloader.TileNotReadable', { tile_location: where });
  if (picture.width !== tileSide || picture.height !== tileSide) {
    throw errorOfCode('dataloader.WrongTileSize', {
      real_size: `${String(picture.width)} x ${String(picture.height)}`,
      expected_size: `${String(tileSide)} x ${String(tileSide)}`,
    });
  }
  return picture.rgba;
}

function imageOf(
  task: FetchTask,
  { columns, rows, geotransform }: Coverage,
  crs: Awaited<ReturnType<typeof crsFromEpsg>>,
): SourceImage {
  const projection = projectionFor(crs);
  if (!projection) throw new Error(`no projection for ${crs.name}`);
  const [width, height] = [columns * tileSide, rows * tileSide];
  const metres = pixelMetres(geotransform, width, height, projection);
  return {
    path: task.target,
    profile: {
      crs: `EPSG:${String(task.source.epsg)}`,
      system: crs,
      width,
      height,
      bands: 4,
      dtypes: ['uint8', 'uint8', 'uint8', 'uint8'],
      nodata: null,
      geotransform,
      pixelSize: [geotransform[1], -geotransform[5]],
      gsd: Math.sqrt(metres[0] * metres[1]),
    },
  };
}
