import { AppError } from '../errors';
import { copiedBlocks, cutRows, hasAddressableRows, isAligned, rowsOfNewStrips } from './sliceBlocks';
import {
  canEncode,
  emptyBytes,
  encodedCodingTags,
  encodedStripRows,
  encodedStrips,
  type DecodeBlock,
} from './sliceEncode';
import { placeTags } from './sliceGeo';
import { maskDirectory } from './sliceMask';
import { gridTags, keptTags } from './sliceTags';
import { TAG } from './tags';
import type { Level, PixelWindow, Raster } from './types';
import { layoutTiff, type Layout, type WriteBlock, type WriteDirectory } from './write';
import type { WriteTag } from './writeTags';

/**
 * How the pixels of a window get into its file:
 * - `copy`: whole tiles or strips, byte for byte;
 * - `rows`: rows of uncompressed strips, byte for byte, in new strips;
 * - `encode`: decoded and stored uncompressed, without loss, where the blocks themselves cannot be used.
 */
export type SliceMethod = 'copy' | 'rows' | 'encode';

export interface SliceOptions {
  /** As planned; the best that the window allows where absent. */
  readonly method?: SliceMethod;
  /** Needed for the method `encode`, and for masks whose blocks cannot be copied. */
  readonly decode?: DecodeBlock;
}

/**
 * A window of a raster as a complete GeoTIFF, laid out but not read: georeference moved, tags kept, mask beside it, sparse
 * blocks still sparse. Source files are the raster's own `files`, in their order.
 * Throws `tiff.slice_needs_decoder` where pixels or mask must be decoded and no decoder is given, `tiff.bad_block` for a
 * block outside the file.
 */
export async function sliceLayout(
  raster: Raster,
  window: PixelWindow,
  options: SliceOptions = {},
): Promise<Layout> {
  const method = options.method ?? (await sliceMethod(raster, window));
  const order = raster.description.byteOrder;
  const image = await imageDirectory(raster, window, method, options.decode);
  const mask = await maskDirectory(raster, window, order, options.decode);
  return layoutTiff({ byteOrder: order, directories: mask ? [image, mask] : [image] });
}

/** The best method that a window allows. */
export async function sliceMethod(raster: Raster, window: PixelWindow): Promise<SliceMethod> {
  const level = raster.description.levels[0] as Level;
  if (await mustDecode(raster)) return 'encode';
  if (isAligned(level, window)) return 'copy';
  return hasAddressableRows(level) ? 'rows' : 'encode';
}

/**
 * Whether stored blocks mean nothing outside their own file: old-style JPEG keeps its tables elsewhere, and a raster that is
 * not stored from its top left corner would be cut in the wrong places by those who turn it.
 */
export async function mustDecode(raster: Raster): Promise<boolean> {
  const level = raster.description.levels[0] as Level;
  if (level.coding.compression === 'old_jpeg') return true;
  const orientation = await raster.directories.main.readValues(TAG.Orientation);
  return (orientation?.[0] ?? 1) > 1;
}

/** All tags of a window's main directory but the blocks' own. */
export async function imageTags(
  raster: Raster,
  window: PixelWindow,
  method: SliceMethod,
): Promise<WriteTag[]> {
  const { main } = raster.directories;
  const order = raster.description.byteOrder;
  const level = raster.description.levels[0] as Level;
  const place = await placeTags(raster, window, order);
  const { width, height } = window;
  if (method === 'copy') {
    const blockHeight = level.tiled ? level.blockHeight : Math.min(level.blockHeight, height);
    const grid = gridTags(order, { ...level, width, height, blockHeight });
    return [...(await keptTags(main, order, 'verbatim')), ...grid, ...place];
  }
  const blockHeight = method === 'rows' ? rowsOfNewStrips(level, window) : encodedStripRows(level, window);
  const grid = gridTags(order, { width, height, tiled: false, blockWidth: width, blockHeight });
  if (method === 'rows') return [...(await keptTags(main, order, 'verbatim')), ...grid, ...place];
  const coding = await encodedCodingTags(raster, level, order);
  return [...(await keptTags(main, order, 'encoded')), ...coding, ...grid, ...place];
}

async function imageDirectory(
  raster: Raster,
  window: PixelWindow,
  method: SliceMethod,
  decode: DecodeBlock | undefined,
): Promise<WriteDirectory> {
  const level = raster.description.levels[0] as Level;
  const tags = await imageTags(raster, window, method);
  const blocks = await imageBlocks(raster, level, window, method, decode);
  return { tags, tiled: method === 'copy' && level.tiled, blocks };
}

async function imageBlocks(
  raster: Raster,
  level: Level,
  window: PixelWindow,
  method: SliceMethod,
  decode: DecodeBlock | undefined,
): Promise<WriteBlock[]> {
  const order = raster.description.byteOrder;
  switch (method) {
    case 'copy':
      return copiedBlocks(raster, level, window);
    case 'rows':
      return cutRows(raster, level, window, (bytes) => emptyBytes(raster, level, order, bytes));
    case 'encode':
      if (!decode || !canEncode(level.coding)) {
        throw new AppError('tiff.slice_needs_decoder', { file: raster.description.name });
      }
      return encodedStrips(raster, level, window, order, decode);
  }
}
