import { TAG } from './tags';
import type { ByteOrder, TiffDirectory } from './types';
import { copyTag, wholeNumbers, type WriteTag } from './writeTags';

/** Tags that the stored bytes depend on: a slice keeps them as the source has them. */
const CODING_TAGS: readonly number[] = [
  TAG.BitsPerSample,
  TAG.Compression,
  TAG.PhotometricInterpretation,
  TAG.FillOrder,
  TAG.SamplesPerPixel,
  TAG.PlanarConfiguration,
  292, // T4Options
  293, // T6Options
  TAG.Predictor,
  TAG.ColorMap,
  TAG.InkSet,
  333, // InkNames
  334, // NumberOfInks
  TAG.ExtraSamples,
  TAG.SampleFormat,
  TAG.JPEGTables,
  TAG.YCbCrCoefficients,
  TAG.YCbCrSubSampling,
  531, // YCbCrPositioning
  TAG.ReferenceBlackWhite,
  TAG.LercParameters,
];

const ICC_PROFILE = 34675;

/** Tags that tell of the picture whatever part of it is kept. */
const DESCRIBING_TAGS: readonly number[] = [
  TAG.DocumentName,
  TAG.ImageDescription,
  TAG.Make,
  TAG.Model,
  TAG.MinSampleValue,
  TAG.MaxSampleValue,
  TAG.XResolution,
  TAG.YResolution,
  TAG.ResolutionUnit,
  TAG.Software,
  TAG.DateTime,
  TAG.Artist,
  TAG.HostComputer,
  TAG.Copyright,
  ICC_PROFILE,
];

/** What stays out: overviews, SubIFDs, EXIF and GPS directories, PageNumber, XMP, statistics (see `slicedMetadata`). */
const KEPT_TAGS: readonly number[] = [...CODING_TAGS, ...DESCRIBING_TAGS];

/** Tags of a picture that is encoded anew: what described the old coding is left out. */
const KEPT_WHEN_ENCODED: readonly number[] = [
  TAG.SamplesPerPixel,
  TAG.ColorMap,
  TAG.InkSet,
  333,
  334,
  TAG.ExtraSamples,
  ...DESCRIBING_TAGS,
];

/** Tags of a picture whose samples became others: what told of the old samples is left out. */
const KEPT_WHEN_REDUCED: readonly number[] = DESCRIBING_TAGS.filter(
  (tag) => tag !== TAG.MinSampleValue && tag !== TAG.MaxSampleValue && tag !== ICC_PROFILE,
);

/** The tags that a slice with samples of another meaning takes over: what tells of the picture, not of its bands. */
export async function reducedTags(
  directory: TiffDirectory,
  order: ByteOrder,
  keepsColours: boolean,
): Promise<WriteTag[]> {
  const kept: WriteTag[] = [];
  for (const tag of keepsColours ? [...KEPT_WHEN_REDUCED, ICC_PROFILE] : KEPT_WHEN_REDUCED) {
    const copy = await copied(directory, tag, order);
    if (copy) kept.push(copy);
  }
  const metadata = await copied(directory, TAG.GdalMetadata, order);
  const sliced = metadata && withoutItems(metadata, BAND_ITEM);
  return sliced ? [...kept, sliced] : kept;
}

/** The tags of a directory that a slice takes over unchanged, but for the byte order where the file's differs. */
export async function keptTags(
  directory: TiffDirectory,
  order: ByteOrder,
  what: 'verbatim' | 'encoded' | 'mask',
): Promise<WriteTag[]> {
  const wanted = what === 'verbatim' ? KEPT_TAGS : what === 'mask' ? CODING_TAGS : KEPT_WHEN_ENCODED;
  const kept: WriteTag[] = [];
  for (const tag of wanted) {
    const copy = await copied(directory, tag, order);
    if (copy) kept.push(copy);
  }
  if (what === 'mask') return kept;
  const metadata = await copied(directory, TAG.GdalMetadata, order);
  const sliced = metadata && slicedMetadata(metadata);
  return sliced ? [...kept, sliced] : kept;
}

/** A tag as it is, or null where the directory has none. */
export async function copied(
  directory: TiffDirectory,
  tag: number,
  order: ByteOrder,
): Promise<WriteTag | null> {
  const entry = directory.get(tag);
  if (!entry || entry.count === 0) return null;
  const bytes = await directory.readBytes(tag);
  return bytes && copyTag(entry, bytes, directory.byteOrder, order);
}

/** GDAL_METADATA without the statistics, which describe the whole raster; null when nothing else is in it. */
export function slicedMetadata(metadata: WriteTag): WriteTag | null {
  return withoutItems(metadata, STATISTICS_ITEM);
}

function withoutItems(metadata: WriteTag, items: RegExp): WriteTag | null {
  const text = Array.from(metadata.bytes, (byte) => String.fromCharCode(byte)).join('');
  const rest = text.replace(items, '');
  if (rest === text) return metadata;
  if (!/<Item\b/.test(rest)) return null;
  const bytes = Uint8Array.from(rest, (letter) => letter.charCodeAt(0));
  return { ...metadata, count: bytes.length, bytes };
}

/** What belongs to one band: names, scales, statistics. */
const BAND_ITEM = /[ \t]*<Item\b[^>]*?\bsample="[^"]*"[^>]*?(?:\/>|>[^<]*<\/Item>)\r?\n?/g;
const STATISTICS_ITEM = /[ \t]*<Item\b[^>]*?\bname="STATISTICS_[^"]*"[^>]*?(?:\/>|>[^<]*<\/Item>)\r?\n?/g;

/** Width, height and the grid of blocks. */
export function gridTags(
  order: ByteOrder,
  grid: {
    readonly width: number;
    readonly height: number;
    readonly tiled: boolean;
    readonly blockWidth: number;
    readonly blockHeight: number;
  },
): WriteTag[] {
  const size = [
    wholeNumbers(order, TAG.ImageWidth, [grid.width]),
    wholeNumbers(order, TAG.ImageLength, [grid.height]),
  ];
  if (!grid.tiled) return [...size, wholeNumbers(order, TAG.RowsPerStrip, [grid.blockHeight])];
  return [
    ...size,
    wholeNumbers(order, TAG.TileWidth, [grid.blockWidth]),
    wholeNumbers(order, TAG.TileLength, [grid.blockHeight]),
  ];
}
