import { blockBytes, blockHeightAt } from './blockIndex';
import { corruptBlock } from './codecs/errors';
import type { BlockRange, Level, Raster, RasterDescription } from './types';

/** bytes; uncompressed strips above this are read in parts */
const LARGE_STRIP = 1024 * 1024;

/**
 * Uncompressed strips may be as large as the image; read whole they would fill the memory for a few rows. This gives the
 * level as if its strips were cut into smaller ones, which lie at known places within the real ones. Other levels are
 * returned as they are.
 */
export function splitLevel(level: Level): Level {
  const rows = rowsOfPart(level);
  return rows === null ? level : { ...level, blockHeight: rows, rows: Math.ceil(level.height / rows) };
}

/** The description with every level split. Block indices of it are understood by `splitStrips` of the same raster. */
export function splitDescription(description: RasterDescription): RasterDescription {
  return {
    ...description,
    levels: description.levels.map(splitLevel),
    maskLevels: description.maskLevels.map(splitLevel),
  };
}

function rowsOfPart(level: Level): number | null {
  const { coding, tiled, blockHeight, rows } = level;
  const clustered = coding.photometric === 'ycbcr' && coding.ycbcrSubsampling.some((factor) => factor > 1);
  if (tiled || coding.compression !== 'none' || clustered) return null;
  const rowBytes = blockBytes(level, 1);
  if (rowBytes * blockHeight <= LARGE_STRIP) return null;
  const wanted = Math.max(1, Math.floor(LARGE_STRIP / rowBytes));
  // A part must not reach from one strip into the next, unless there is only one.
  return rows === 1 ? Math.min(wanted, blockHeight) : largestDivisor(blockHeight, wanted);
}

function largestDivisor(value: number, limit: number): number {
  for (let divisor = Math.min(limit, value); divisor > 1; divisor--)
    if (value % divisor === 0) return divisor;
  return 1;
}

/** A view of a raster whose large uncompressed strips are cut: see `splitLevel`. The raster itself where there are none. */
export function splitStrips(raster: Raster): Raster {
  const description = splitDescription(raster.description);
  const original = new Map<Level, Level>();
  for (const [i, level] of description.levels.entries())
    original.set(level, raster.description.levels[i] as Level);
  for (const [i, level] of description.maskLevels.entries()) {
    original.set(level, raster.description.maskLevels[i] as Level);
  }
  if ([...original].every(([split, level]) => split === level)) return raster;
  const blockRange = (level: Level, index: number): Promise<BlockRange> =>
    partRange(raster, original.get(level) ?? level, level, index);
  return {
    description,
    files: raster.files,
    directories: raster.directories,
    blockRange,
    async readBlock(level, index) {
      if ((original.get(level) ?? level) === level) return raster.readBlock(level, index);
      const { offset, length } = await blockRange(level, index);
      return length === 0 ? null : (raster.files[level.file]?.read(offset, length) ?? null);
    },
  };
}

async function partRange(raster: Raster, whole: Level, part: Level, index: number): Promise<BlockRange> {
  if (whole === part) return raster.blockRange(whole, index);
  const plane = Math.floor(index / part.rows);
  const firstRow = (index % part.rows) * part.blockHeight;
  const strip = Math.floor(firstRow / whole.blockHeight);
  const range = await raster.blockRange(whole, plane * whole.rows + strip);
  if (range.length === 0) return range;
  const skipped = blockBytes(whole, 1) * (firstRow - strip * whole.blockHeight);
  const length = Math.min(blockBytes(part, blockHeightAt(part, index)), range.length - skipped);
  if (length <= 0) throw corruptBlock(whole.coding, `strip of ${range.length} bytes`);
  return { offset: range.offset + skipped, length };
}
