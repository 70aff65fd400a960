import { AppError } from '../errors';
import { copiedBlocks } from './sliceBlocks';
import { placeTags } from './sliceGeo';
import { copied, gridTags, keptTags } from './sliceTags';
import { TAG } from './tags';
import type { BlockCoding, ByteOrder, Level, Photometric, Raster, TiffDirectory } from './types';
import { layoutTiff, type Layout, type WriteDirectory } from './write';
import { doubles, FIELD, shorts, wholeNumbers, type WriteTag } from './writeTags';

/**
 * A raster with its overviews and masks as a cloud-optimised GeoTIFF, laid out but not read: nothing is recompressed, so it is
 * written as fast as the disk allows. Directories first, largest image first; then the blocks, smallest image first, each
 * framed by its size and its last bytes, as GDAL's COG driver writes them.
 * Throws `tiff.cog_needs_tiles` for levels that are stored in strips, `tiff.cog_mixed_byte_order` where the overviews' samples
 * are stored the other way round, `tiff.bad_block` for a block outside its file.
 */
export async function cogLayout(raster: Raster): Promise<Layout> {
  const { levels, maskLevels, byteOrder } = raster.description;
  if ([...levels, ...maskLevels].some((level) => !level.tiled)) {
    throw new AppError('tiff.cog_needs_tiles', { file: raster.description.name });
  }
  if ([...levels, ...maskLevels].some((level) => !isWrittenAs(byteOrder, level.coding))) {
    throw new AppError('tiff.cog_mixed_byte_order', { file: raster.description.name });
  }
  const directories: WriteDirectory[] = [];
  const order: (number | readonly [number, number])[] = [];
  let interleaved = maskLevels.length > 0;
  for (const [index, level] of levels.entries()) {
    const image = directories.push(await imageDirectory(raster, level, index === 0)) - 1;
    const mask = maskLevels.find(({ width, height }) => width === level.width && height === level.height);
    if (!mask) {
      interleaved = false;
      order.unshift(image);
      continue;
    }
    const its = directories.push(await maskDirectory(raster, mask, index === 0)) - 1;
    const isAlongside =
      mask.blockWidth === level.blockWidth && mask.blockHeight === level.blockHeight && level.planes === 1;
    interleaved &&= isAlongside;
    order.unshift(...(isAlongside ? [[image, its] as const] : [image, its]));
  }
  // Planes lie one after another, which the promise of rows of blocks does not cover.
  const framedBlocks = levels.every(({ planes }) => planes === 1);
  const preamble = structuralMetadata(framedBlocks, interleaved);
  return layoutTiff({ byteOrder, directories, dataOrder: order, preamble, framedBlocks });
}

/** Whether blocks mean the same in a file of a byte order: their own, or samples of a byte, or a codec with an order of its own. */
function isWrittenAs(order: ByteOrder, coding: BlockCoding): boolean {
  return coding.byteOrder === order || coding.bitsPerSample <= 8 || OWN_ORDER.has(coding.compression);
}

const OWN_ORDER: ReadonlySet<BlockCoding['compression']> = new Set(['jpeg', 'webp', 'lerc', 'jxl', 'ccitt']);

/** What GDAL's reader may rely on: see its COG driver's page, "Header ghost area". */
function structuralMetadata(framed: boolean, maskInterleaved: boolean): Uint8Array {
  const lines = [
    'LAYOUT=IFDS_BEFORE_DATA',
    ...(framed
      ? ['BLOCK_ORDER=ROW_MAJOR', 'BLOCK_LEADER=SIZE_AS_UINT4', 'BLOCK_TRAILER=LAST_4_BYTES_REPEATED']
      : []),
    'KNOWN_INCOMPATIBLE_EDITION=NO',
  ];
  // The blank leaves room for the YES that an editor writes over the NO when it breaks this layout.
  const body = `${lines.join('\n')}\n ${framed && maskInterleaved ? 'MASK_INTERLEAVED_WITH_IMAGERY=YES\n' : ''}`;
  const size = String(body.length).padStart(6, '0');
  return new TextEncoder().encode(`GDAL_STRUCTURAL_METADATA_SIZE=${size} bytes\n${body}`);
}

const REDUCED = 1;
const MASK = 4;

async function imageDirectory(raster: Raster, level: Level, isFull: boolean): Promise<WriteDirectory> {
  const { main } = raster.directories;
  const order = raster.description.byteOrder;
  const whole = { x: 0, y: 0, width: level.width, height: level.height };
  const tags = isFull
    ? [
        ...(await keptTags(main, order, 'verbatim')),
        ...(await wholeTags(main, order)),
        ...(await placeTags(raster, whole, order)),
      ]
    : [
        wholeNumbers(order, 254, [REDUCED]),
        ...codingTags(level.coding, order),
        ...(await sampleTags(main, order)),
      ];
  return {
    tags: [...tags, ...gridTags(order, level)],
    tiled: true,
    blocks: await copiedBlocks(raster, level, whole),
  };
}

/** Statistics hold for the whole raster, which this is. */
async function wholeTags(main: TiffDirectory, order: ByteOrder): Promise<WriteTag[]> {
  const metadata = await copied(main, TAG.GdalMetadata, order);
  return metadata ? [metadata] : [];
}

/** What overviews share with the full image: the meaning of their samples. */
async function sampleTags(main: TiffDirectory, order: ByteOrder): Promise<WriteTag[]> {
  const tags: WriteTag[] = [];
  for (const tag of [TAG.ColorMap, TAG.ExtraSamples, TAG.GdalNodata]) {
    const copy = await copied(main, tag, order);
    if (copy) tags.push(copy);
  }
  return tags;
}

async function maskDirectory(raster: Raster, level: Level, isFull: boolean): Promise<WriteDirectory> {
  const order = raster.description.byteOrder;
  const whole = { x: 0, y: 0, width: level.width, height: level.height };
  const tags = [
    wholeNumbers(order, 254, [isFull ? MASK : MASK + REDUCED]),
    ...codingTags(level.coding, order),
    shorts(order, TAG.PhotometricInterpretation, [PHOTOMETRICS.mask]),
    ...gridTags(order, level),
  ];
  return { tags, tiled: true, blocks: await copiedBlocks(raster, level, whole) };
}

const PHOTOMETRICS: Readonly<Record<Photometric, number>> = {
  white_is_zero: 0,
  black_is_zero: 1,
  rgb: 2,
  palette: 3,
  mask: 4,
  cmyk: 5,
  ycbcr: 6,
  cielab: 8,
  other: 1,
};

/** The tags that a level's stored bytes depend on, from what is known of its coding. */
function codingTags(coding: BlockCoding, order: ByteOrder): WriteTag[] {
  const samples = coding.samplesPerPixel;
  const { jpegTables, lercParameters, ycbcrCoefficients, referenceBlackWhite } = coding;
  const isSubsampled = coding.photometric === 'ycbcr';
  return [
    shorts(order, TAG.BitsPerSample, Array<number>(samples).fill(coding.bitsPerSample)),
    shorts(order, TAG.Compression, [coding.compressionCode]),
    shorts(order, TAG.PhotometricInterpretation, [PHOTOMETRICS[coding.photometric]]),
    shorts(order, TAG.SamplesPerPixel, [samples]),
    shorts(order, TAG.PlanarConfiguration, [coding.interleave === 'band' ? 2 : 1]),
    shorts(order, TAG.SampleFormat, Array<number>(samples).fill(sampleFormat(coding))),
    ...(coding.predictor === 1 ? [] : [shorts(order, TAG.Predictor, [coding.predictor])]),
    ...(coding.fillOrder === 1 ? [] : [shorts(order, TAG.FillOrder, [coding.fillOrder])]),
    ...(jpegTables ? [{ tag: TAG.JPEGTables, type: 7, count: jpegTables.length, bytes: jpegTables }] : []),
    ...(lercParameters ? [wholeLongs(order, TAG.LercParameters, lercParameters)] : []),
    ...(isSubsampled ? [shorts(order, TAG.YCbCrSubSampling, coding.ycbcrSubsampling)] : []),
    ...(isSubsampled && ycbcrCoefficients ? [doubles(order, TAG.YCbCrCoefficients, ycbcrCoefficients)] : []),
    ...(isSubsampled && referenceBlackWhite
      ? [doubles(order, TAG.ReferenceBlackWhite, referenceBlackWhite)]
      : []),
  ];
}

function sampleFormat({ sampleType }: BlockCoding): number {
  if (sampleType.startsWith('complex')) return sampleType.startsWith('complex_int') ? 5 : 6;
  return sampleType.startsWith('float') ? 3 : sampleType.startsWith('int') ? 2 : 1;
}

/** LERC's parameters are LONG whatever their size. */
function wholeLongs(order: ByteOrder, tag: number, values: readonly number[]): WriteTag {
  const { bytes } = wholeNumbers(order, tag, [...values, 0x10000]);
  return { tag, type: FIELD.Long, count: values.length, bytes: bytes.subarray(0, values.length * 4) };
}
