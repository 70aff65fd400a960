import type { BlockCoding, Level } from './types';

/** px: rows that a block stores. Tiles are stored whole; the last strip is cut. */
export function blockHeightAt(level: Level, index: number): number {
  return level.tiled ? level.blockHeight : imageRowsAt(level, index);
}

/** px: rows of the image in a block, which a tile may reach beyond. */
export function imageRowsAt(level: Level, index: number): number {
  const row = Math.floor((index % (level.columns * level.rows)) / level.columns);
  return Math.min(level.blockHeight, level.height - row * level.blockHeight);
}

/** bytes of a block of the given height once decompressed, rows padded to whole bytes (TIFF 6.0 §15 and §21). */
export function blockBytes(
  { coding, blockWidth }: Pick<Level, 'coding' | 'blockWidth'>,
  height: number,
): number {
  if (isSubsampled(coding)) {
    const [across, down] = coding.ycbcrSubsampling;
    const units = Math.ceil(blockWidth / across) * Math.ceil(height / down);
    return Math.ceil((units * (across * down + 2) * coding.bitsPerSample) / 8);
  }
  const samples = blockWidth * (coding.interleave === 'pixel' ? coding.samplesPerPixel : 1);
  return Math.ceil((samples * coding.bitsPerSample) / 8) * height;
}

/** YCbCr stored as clusters of luma with one chroma pair; JPEG subsamples within its own stream instead. */
function isSubsampled(coding: BlockCoding): boolean {
  const [across, down] = coding.ycbcrSubsampling;
  return (
    coding.photometric === 'ycbcr' &&
    coding.interleave === 'pixel' &&
    coding.samplesPerPixel === 3 &&
    coding.compression !== 'jpeg' &&
    coding.compression !== 'old_jpeg' &&
    across * down > 1
  );
}
