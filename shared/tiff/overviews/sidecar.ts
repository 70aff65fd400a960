import { copied } from '../sliceTags';
import { TAG } from '../tags';
import type { ByteOrder, Level, Raster } from '../types';
import { directoryBytes, layoutTiff, type WriteBlock, type WriteDirectory } from '../write';
import { shorts, wholeNumbers, type WriteTag } from '../writeTags';
import type { OverviewCoding } from './coding';
import type { OverviewPlan, PlannedLevel } from './plan';
import type { TileIndex } from './tileIndex';

const REDUCED = 1;
const MASK = 4;
const JPEG = 7;
const DEFLATE = 8;

/** The tags of all directories of a sidecar: known before a single tile is. */
export interface SidecarTags {
  readonly byteOrder: ByteOrder;
  readonly images: readonly (readonly WriteTag[])[];
  readonly masks: readonly (readonly WriteTag[])[];
}

/** A GeoTIFF of overviews as GDAL's `.ovr`: a page for each level, and its mask after it. */
export async function sidecarTags(raster: Raster, plan: OverviewPlan): Promise<SidecarTags> {
  const order = plan.coding.byteOrder;
  const shared: WriteTag[] = [];
  for (const tag of [TAG.ColorMap, TAG.ExtraSamples, TAG.GdalNodata]) {
    const copy = await copied(raster.directories.main, tag, order);
    if (copy) shared.push(copy);
  }
  return {
    byteOrder: order,
    images: plan.levels.map((level) => [
      wholeNumbers(order, TAG.NewSubfileType, [REDUCED]),
      ...gridTags(order, level, plan.tile),
      ...codingTags(order, plan.coding),
      ...shared,
    ]),
    masks: plan.masked ? plan.levels.map((level, i) => maskTags(order, level, plan.tile, i === 0)) : [],
  };
}

function gridTags(order: ByteOrder, { width, height }: PlannedLevel, tile: number): WriteTag[] {
  return [
    wholeNumbers(order, TAG.ImageWidth, [width]),
    wholeNumbers(order, TAG.ImageLength, [height]),
    wholeNumbers(order, TAG.TileWidth, [tile]),
    wholeNumbers(order, TAG.TileLength, [tile]),
  ];
}

function codingTags(order: ByteOrder, coding: OverviewCoding): WriteTag[] {
  const { channels, photometric } = coding;
  return [
    shorts(order, TAG.BitsPerSample, Array<number>(channels).fill(coding.bitsPerSample)),
    shorts(order, TAG.Compression, [coding.codec === 'jpeg' ? JPEG : DEFLATE]),
    shorts(order, TAG.PhotometricInterpretation, [photometric]),
    shorts(order, TAG.SamplesPerPixel, [channels]),
    shorts(order, TAG.PlanarConfiguration, [1]),
    shorts(order, TAG.SampleFormat, Array<number>(channels).fill(coding.sampleFormat)),
    ...(coding.predictor === 1 ? [] : [shorts(order, TAG.Predictor, [coding.predictor])]),
    ...(photometric === 6 ? [shorts(order, TAG.YCbCrSubSampling, [2, 2])] : []),
  ];
}

/** A reader takes the first page of a file for a whole image, so its mask is that of a whole image. */
function maskTags(order: ByteOrder, level: PlannedLevel, tile: number, first: boolean): WriteTag[] {
  return [
    wholeNumbers(order, TAG.NewSubfileType, [first ? MASK : MASK + REDUCED]),
    ...gridTags(order, level, tile),
    shorts(order, TAG.BitsPerSample, [1]),
    shorts(order, TAG.Compression, [DEFLATE]),
    shorts(order, TAG.PhotometricInterpretation, [4]),
    shorts(order, TAG.SamplesPerPixel, [1]),
    shorts(order, TAG.PlanarConfiguration, [1]),
  ];
}

/** bytes to keep free at the beginning of the file for what `sidecarHead` will give, whether BigTIFF or not */
export function sidecarHeadBytes(tags: SidecarTags, plan: OverviewPlan): number {
  const all = [...tags.images, ...tags.masks];
  const blocks = (i: number): number => {
    const { columns, rows } = plan.levels[i % plan.levels.length] as PlannedLevel;
    return columns * rows;
  };
  const bytes = all.reduce((sum, its, i) => sum + directoryBytes(its, blocks(i), true), 16);
  return Math.ceil(bytes / 4096) * 4096;
}

/** Header and directories of a finished sidecar, `headBytes` long. BigTIFF where the tiles reach beyond 4 GiB. */
export function sidecarHead(
  tags: SidecarTags,
  plan: OverviewPlan,
  index: TileIndex,
  headBytes: number,
): Uint8Array {
  const blocksOf = (kind: 'image' | 'mask', level: number): WriteBlock[] =>
    index.ranges(kind, level).map((range) => (range.length === 0 ? null : { file: 0, ...range }));
  const directories = plan.levels.flatMap((_, level): WriteDirectory[] => [
    { tags: tags.images[level]!, tiled: true, blocks: blocksOf('image', level) },
    ...(plan.masked ? [{ tags: tags.masks[level]!, tiled: true, blocks: blocksOf('mask', level) }] : []),
  ]);
  const layout = layoutTiff({ byteOrder: tags.byteOrder, directories, headBytes, inPlace: true });
  return layout.parts[0] as Uint8Array;
}

/** A planned level as a level of a raster, for whoever reads its tiles before the file is whole. */
export function asLevel(plan: OverviewPlan, level: number, kind: 'image' | 'mask', file: number): Level {
  const { width, height, columns, rows } = plan.levels[level] as PlannedLevel;
  const { coding } = plan;
  const jpeg = kind === 'image' && coding.codec === 'jpeg';
  const isMask = kind === 'mask';
  return {
    width,
    height,
    tiled: true,
    blockWidth: plan.tile,
    blockHeight: plan.tile,
    columns,
    rows,
    planes: 1,
    file,
    coding: {
      compression: jpeg ? 'jpeg' : 'deflate',
      compressionCode: jpeg ? JPEG : DEFLATE,
      predictor: isMask ? 1 : coding.predictor,
      byteOrder: coding.byteOrder,
      fillOrder: 1,
      interleave: 'pixel',
      samplesPerPixel: isMask ? 1 : coding.channels,
      bitsPerSample: isMask ? 1 : coding.bitsPerSample,
      sampleType: isMask ? 'uint8' : coding.sampleType,
      photometric: isMask ? 'mask' : (PHOTOMETRICS[coding.photometric] ?? 'black_is_zero'),
      ycbcrSubsampling: coding.photometric === 6 && !isMask ? [2, 2] : [1, 1],
      ycbcrCoefficients: null,
      referenceBlackWhite: null,
      jpegTables: null,
      lercParameters: null,
    },
  };
}

const PHOTOMETRICS: Readonly<Record<number, Level['coding']['photometric']>> = {
  0: 'white_is_zero',
  1: 'black_is_zero',
  2: 'rgb',
  3: 'palette',
  5: 'cmyk',
  6: 'ycbcr',
};
