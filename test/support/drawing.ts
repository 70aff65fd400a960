import { AppError } from '@shared/errors';
import type { CodecRegistry, Raster } from '@shared/tiff/types';
import type { TileLevel } from '@shared/tiff/tiles/tilePlan';
import { readWindow } from '@shared/tiff/window';
import { splitStrips } from '@shared/tiff/windowStrips';
import { answerRequest } from '../../renderer/workers/decodeJobs';
import { createDecoderPool, type DecoderWorker } from '../../renderer/workers/decoderPool';
import { createTileLoader, type TileLoader } from '../../renderer/workers/tileLoader';

/** A worker of the map's pool in this thread. */
function workerHere(codecs: CodecRegistry): DecoderWorker {
  let answerTo: Parameters<DecoderWorker['onAnswer']>[0] = () => undefined;
  return {
    send: (request, transfer) =>
      void answerRequest(structuredClone(request, { transfer }), codecs).then(({ answer }) =>
        answerTo(answer),
      ),
    onAnswer: (listener) => (answerTo = listener),
    onDeath: () => undefined,
    end: () => undefined,
  };
}

function loaderOf(raster: Raster, codecs: CodecRegistry, damage: unknown[]): TileLoader {
  const split = splitStrips(raster);
  return createTileLoader({
    description: raster.description,
    pool: createDecoderPool(() => workerHere(codecs), 1),
    readBlocks: ({ kind, level, indices }) => {
      const { levels, maskLevels } = split.description;
      const geometry = (kind === 'image' ? levels : maskLevels)[level];
      if (!geometry) throw new RangeError(`level ${level}`);
      return Promise.all(
        indices.map(async (index) => {
          const bytes = await split.readBlock(geometry, index);
          return bytes && new Uint8Array(bytes);
        }),
      );
    },
    onDamage: (error) => damage.push(error),
  });
}

/** Tiles of one level that are compared at most, spread over it. */
const mostTiles = 9;

/**
 * 'yes' where the tiles that the map draws hold the raster's own pixels and its opacity, at full resolution and in its
 * overviews, and where the coarser levels and the preview can be made; else what is wrong.
 */
export async function drawnFaults(raster: Raster, codecs: CodecRegistry): Promise<string> {
  const damage: unknown[] = [];
  const loader = loaderOf(raster, codecs, damage);
  try {
    for (const [index, level] of loader.levels.entries()) {
      for (const [column, row] of someTiles(level)) {
        const tile = await loader.load(index, column, row);
        if (level.factor > 1) continue;
        const wrong = await differing(raster, codecs, loader, level, tile, column, row);
        if (wrong > 0) return `${wrong} wrong values in tile ${column}, ${row} of level ${index}`;
      }
    }
    await loader.preview?.load();
    return damage.length === 0 ? 'yes' : `damaged: ${(damage[0] as AppError).kind}`;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `refused: ${error.kind}`;
  } finally {
    loader.dispose();
  }
}

/** What the map would ask for on opening a raster and looking at it closely, and the kinds of error that come of it. */
export async function drawSome(raster: Raster, codecs: CodecRegistry): Promise<readonly string[]> {
  const damage: unknown[] = [];
  const loader = loaderOf(raster, codecs, damage);
  const attempts = [
    () => loader.preview?.load(),
    ...[loader.levels.length - 1, 0].flatMap((index) =>
      someTiles(loader.levels[index] as TileLevel).map(
        ([column, row]) =>
          () =>
            loader.load(index, column, row),
      ),
    ),
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      damage.push(error);
    }
  }
  loader.dispose();
  return damage.map((error) => (error instanceof AppError ? error.kind : `defect: ${String(error)}`));
}

function someTiles({ columns, rows }: TileLevel): (readonly [number, number])[] {
  const side = Math.sqrt(mostTiles);
  const some = (count: number): number[] => [
    ...new Set(
      Array.from({ length: Math.min(side, count) }, (_, i) => Math.floor((i * (count - 1)) / (side - 1))),
    ),
  ];
  return some(rows).flatMap((row) => some(columns).map((column) => [column, row] as const));
}

/** How many values of a tile differ from what the raster holds there. */
async function differing(
  raster: Raster,
  codecs: CodecRegistry,
  { channels, dtype }: TileLoader,
  level: TileLevel,
  tile: Uint8Array | Float32Array,
  column: number,
  row: number,
): Promise<number> {
  const x = column * level.tileWidth;
  const y = row * level.tileHeight;
  const width = Math.min(level.tileWidth, level.width - x);
  const height = Math.min(level.tileHeight, level.height - y);
  const read = await readWindow(raster, codecs, { level: level.level, window: { x, y, width, height } });
  const { coding } = raster.description.levels[level.level] ?? { coding: null };
  const plain = coding?.photometric !== 'white_is_zero' && (coding?.bitsPerSample ?? 8) >= 8;
  const full = dtype === 'uint8' ? 255 : 1;
  let wrong = 0;
  for (let i = 0; i < width * height; i++) {
    const valid = read.valid?.[i] !== 0;
    const at = (Math.floor(i / width) * level.tileWidth + (i % width)) * channels.length;
    const opacity = tile[at + channels.length - 1] as number;
    const partly = raster.description.alphaBand !== null && opacity > 0;
    if (valid ? opacity !== full && !partly : opacity !== 0) wrong++;
    channels.forEach((channel, c) => {
      if (channel.kind !== 'band' || !plain || !valid) return;
      const value = Number(read.bands[channel.band]?.[i]);
      if (!Object.is(tile[at + c], dtype === 'uint8' ? value : Math.fround(value)) && opacity > 0) wrong++;
    });
  }
  return wrong;
}
