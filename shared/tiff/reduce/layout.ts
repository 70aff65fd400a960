import { placeTags } from '../sliceGeo';
import { gridTags, reducedTags } from '../sliceTags';
import { TAG } from '../tags';
import type { PixelWindow, Raster } from '../types';
import { layoutTiff, type Layout, type WriteDirectory } from '../write';
import { shorts, wholeNumbers, type WriteTag } from '../writeTags';
import type { ReducedChunk } from './plan';
import type { Reduction } from './reduction';
import { encodeTileRow, type ReducingParts } from './tiles';

const MASK_SUBFILE = 4;
const JPEG = 7;
const DEFLATE = 8;
const ORDER = 'little';

/**
 * A chunk whose pixels are read, reduced and encoded: a complete GeoTIFF of tiles, with a mask where the source has one. The
 * same bytes each time. Memory: the chunk's file, and the pixels of one row of tiles.
 * Throws as `readWindow` does.
 */
export async function reducedLayout(
  raster: Raster,
  { window, tile }: Pick<ReducedChunk, 'window' | 'tile'>,
  reduction: Reduction,
  parts: ReducingParts,
  signal?: AbortSignal,
): Promise<Layout> {
  const images: (Uint8Array | null)[] = [];
  const masks: (Uint8Array | null)[] = [];
  for (let top = 0; top < window.height; top += tile) {
    signal?.throwIfAborted();
    const height = Math.min(tile, window.height - top);
    const part = { ...window, y: window.y + top, height };
    const row = await encodeTileRow(raster, part, tile, reduction, parts, signal);
    images.push(...row.images);
    masks.push(...row.masks);
  }
  const tags = await directoryTags(raster, window, tile, reduction);
  const directories: WriteDirectory[] = [{ tags: tags.image, tiled: true, blocks: images }];
  if (tags.mask) directories.push({ tags: tags.mask, tiled: true, blocks: masks });
  return layoutTiff({ byteOrder: ORDER, directories });
}

/** The tags of a chunk's directories but the blocks' own; `mask` is null without one. */
export async function directoryTags(
  raster: Raster,
  window: PixelWindow,
  tile: number,
  reduction: Reduction,
): Promise<{ readonly image: WriteTag[]; readonly mask: WriteTag[] | null }> {
  const { main } = raster.directories;
  const { channels, masked } = reduction;
  const source = raster.description.levels[0]?.coding.photometric;
  const keepsColours = channels === 3 && (source === 'rgb' || source === 'ycbcr');
  // The mask says it: the value may have become another one, or that of pixels that count.
  const place = (await placeTags(raster, window, ORDER)).filter(({ tag }) => tag !== TAG.GdalNodata);
  const grid = gridTags(ORDER, { ...window, tiled: true, blockWidth: tile, blockHeight: tile });
  return {
    image: [...(await reducedTags(main, ORDER, keepsColours)), ...grid, ...codingTags(reduction), ...place],
    mask: masked ? [...grid, ...maskTags()] : null,
  };
}

function codingTags({ codec, channels }: Reduction): WriteTag[] {
  const isColour = channels === 3;
  const photometric = !isColour ? 1 : codec === 'jpeg' ? 6 : 2;
  return [
    shorts(ORDER, TAG.BitsPerSample, Array<number>(channels).fill(8)),
    shorts(ORDER, TAG.Compression, [codec === 'jpeg' ? JPEG : DEFLATE]),
    shorts(ORDER, TAG.PhotometricInterpretation, [photometric]),
    shorts(ORDER, TAG.SamplesPerPixel, [channels]),
    shorts(ORDER, TAG.PlanarConfiguration, [1]),
    shorts(ORDER, TAG.SampleFormat, Array<number>(channels).fill(1)),
    ...(codec === 'deflate' ? [shorts(ORDER, TAG.Predictor, [2])] : []),
    ...(photometric === 6 ? [shorts(ORDER, TAG.YCbCrSubSampling, [2, 2])] : []),
  ];
}

function maskTags(): WriteTag[] {
  return [
    wholeNumbers(ORDER, TAG.NewSubfileType, [MASK_SUBFILE]),
    shorts(ORDER, TAG.BitsPerSample, [1]),
    shorts(ORDER, TAG.Compression, [DEFLATE]),
    shorts(ORDER, TAG.PhotometricInterpretation, [4]),
    shorts(ORDER, TAG.SamplesPerPixel, [1]),
    shorts(ORDER, TAG.PlanarConfiguration, [1]),
  ];
}
