import { AppError } from '../errors';
import { LIMITS } from './limits';
import { compressionOf, photometricOf, sampleTypeOf } from './sampleLayout';
import { TAG } from './tags';
import { TagValues } from './tagValues';
import type { BlockCoding, ByteSource, Compression, Level, Photometric, TiffDirectory } from './types';

/** What one directory says of its image: its grid of blocks and how its samples are stored. */
export interface ImageStructure {
  readonly directory: TiffDirectory;
  /** Where the directory and its arrays are read from. */
  readonly source: ByteSource;
  readonly level: Level;
  /** NewSubfileType: bit 0 reduced resolution, bit 1 page, bit 2 mask. */
  readonly subfileType: number;
  /** What the samples beyond the colours are: 0 unspecified, 1 associated alpha, 2 unassociated alpha. */
  readonly extraSamples: readonly number[];
}

/**
 * Reads the structure of the image that a directory describes, checking every number before anything depends on it.
 * Throws `tiff.missing_size`, `tiff.bad_size`, `tiff.bad_block_size`, `tiff.too_many_blocks`, `tiff.mixed_samples`,
 * `tiff.bad_samples`, `tiff.unsupported_samples`, `tiff.missing_blocks`.
 */
export async function readImageStructure(
  directory: TiffDirectory,
  source: ByteSource,
): Promise<ImageStructure> {
  const file = source.name;
  const tags = new TagValues(directory, file);
  const size = await readSize(tags);
  const coding = await readCoding(tags);
  const grid = await readGrid(tags, size, coding);
  const planes = coding.interleave === 'band' ? coding.samplesPerPixel : 1;
  if (grid.columns * grid.rows * planes > LIMITS.blocks) throw new AppError('tiff.too_many_blocks', { file });
  if (!directory.get(TAG.TileOffsets) && !directory.get(TAG.StripOffsets)) {
    throw new AppError('tiff.missing_blocks', { file });
  }
  return {
    directory,
    source,
    level: { ...size, ...grid, planes, coding, file: directory.file },
    // The old SubfileType (255) makes no overviews for GDAL either.
    subfileType: (await tags.integer(TAG.NewSubfileType)) ?? 0,
    extraSamples: await readExtraSamples(tags, coding),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function readSize(tags: TagValues): Promise<Size> {
  const width = await tags.integer(TAG.ImageWidth);
  const height = await tags.integer(TAG.ImageLength);
  if (width === undefined || height === undefined)
    throw new AppError('tiff.missing_size', { file: tags.file });
  for (const length of [width, height]) {
    if (length < 1 || length > LIMITS.dimension)
      throw new AppError('tiff.bad_size', { file: tags.file, width, height });
  }
  return { width, height };
}

async function readCoding(tags: TagValues): Promise<BlockCoding> {
  const { file } = tags;
  const samplesPerPixel = (await tags.integer(TAG.SamplesPerPixel)) ?? 1;
  if (samplesPerPixel < 1 || samplesPerPixel > LIMITS.samplesPerPixel)
    throw new AppError('tiff.bad_samples', { file });
  const bitsPerSample = await readPerSample(tags, TAG.BitsPerSample, samplesPerPixel, 1);
  const sampleFormat = await readPerSample(tags, TAG.SampleFormat, samplesPerPixel, 1);
  const compressionCode = (await tags.integer(TAG.Compression)) ?? 1;
  const sampleType = sampleTypeOf(sampleFormat, bitsPerSample);
  if (!sampleType)
    throw new AppError('tiff.unsupported_samples', { file, bits: bitsPerSample, format: sampleFormat });
  const photometric = await readPhotometric(tags, samplesPerPixel, bitsPerSample);
  const compression = compressionOf(compressionCode);
  const stated = (await tags.integer(TAG.Predictor)) ?? 1;
  const predictor = predictorOf(stated, compression);
  if (predictor === null) {
    throw new AppError('tiff.unsupported_predictor', {
      predictor: stated,
      bits: bitsPerSample,
      type: sampleType,
    });
  }
  return {
    compression,
    compressionCode,
    predictor,
    byteOrder: tags.directory.byteOrder,
    fillOrder: (await tags.integer(TAG.FillOrder)) === 2 ? 2 : 1,
    interleave: (await tags.integer(TAG.PlanarConfiguration)) === 2 && samplesPerPixel > 1 ? 'band' : 'pixel',
    samplesPerPixel,
    bitsPerSample,
    sampleType,
    photometric,
    ycbcrSubsampling: await readSubsampling(tags, photometric),
    ycbcrCoefficients: asTriple(await tags.numbers(TAG.YCbCrCoefficients, 3)),
    referenceBlackWhite: await tags.numbers(TAG.ReferenceBlackWhite, 6),
    jpegTables: await tags.bytes(TAG.JPEGTables),
    lercParameters: asPair(await tags.integers(TAG.LercParameters, 2)),
  };
}

/** A palette image whose palette is missing or too short is shown as what its samples then are, as libtiff does. */
async function readPhotometric(tags: TagValues, samples: number, bits: number): Promise<Photometric> {
  const code = await tags.integer(TAG.PhotometricInterpretation);
  const colors = tags.directory.get(TAG.ColorMap)?.count ?? 0;
  if (code !== 3 || colors >= 3 * 2 ** Math.min(bits, 16)) return photometricOf(code);
  return samples === 3 ? 'rgb' : 'black_is_zero';
}

/** A tag that should have a value for each sample; a single one counts for all. They must be equal. */
async function readPerSample(
  tags: TagValues,
  tag: number,
  samples: number,
  missing: number,
): Promise<number> {
  const values = await tags.integers(tag, samples);
  const first = values?.[0] ?? missing;
  if (values?.some((value) => value !== first)) throw new AppError('tiff.mixed_samples', { file: tags.file });
  return first;
}

/** Samples that neither the photometric interpretation nor the tag accounts for are extra ones too. */
async function readExtraSamples(tags: TagValues, coding: BlockCoding): Promise<number[]> {
  const stated = (await tags.integers(TAG.ExtraSamples, coding.samplesPerPixel)) ?? [];
  const beyond = coding.samplesPerPixel - (COLOR_CHANNELS[coding.photometric] ?? coding.samplesPerPixel);
  const known = stated.map((kind) => (kind === COREL_ALPHA ? 2 : kind));
  return [...known, ...Array.from({ length: Math.max(0, beyond - stated.length) }, () => 0)];
}

/** What CorelDRAW 3 wrote for unassociated alpha. */
const COREL_ALPHA = 999;

const COLOR_CHANNELS: Readonly<Partial<Record<Photometric, number>>> = {
  white_is_zero: 1,
  black_is_zero: 1,
  palette: 1,
  mask: 1,
  rgb: 3,
  ycbcr: 3,
  cielab: 3,
  cmyk: 4,
};

/** The codecs that a predictor goes before; with any other the tag says nothing. */
const PREDICTED: ReadonlySet<Compression> = new Set(['lzw', 'deflate', 'zstd', 'lzma']);

/** Null for one that is not known. */
function predictorOf(value: number, compression: Compression): 1 | 2 | 3 | null {
  if (value === 2 || value === 3) return value;
  return value === 1 || !PREDICTED.has(compression) ? 1 : null;
}

async function readSubsampling(
  tags: TagValues,
  photometric: Photometric,
): Promise<readonly [number, number]> {
  if (photometric !== 'ycbcr') return [1, 1];
  const [across = 2, down = 2] = (await tags.integers(TAG.YCbCrSubSampling, 2)) ?? [];
  return [across, down];
}

interface Grid {
  readonly tiled: boolean;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly columns: number;
  readonly rows: number;
}

async function readGrid(tags: TagValues, size: Size, coding: BlockCoding): Promise<Grid> {
  const tileWidth = await tags.integer(TAG.TileWidth);
  const tileHeight = await tags.integer(TAG.TileLength);
  const tiled = tileWidth !== undefined && tileHeight !== undefined;
  const rowsPerStrip = tiled ? undefined : await tags.integer(TAG.RowsPerStrip);
  const blockWidth = tiled ? tileWidth : size.width;
  const blockHeight = tiled ? tileHeight : Math.min(rowsPerStrip ?? size.height, size.height);
  const samples = blockWidth * blockHeight * coding.samplesPerPixel;
  // A strip that is not compressed need not be read whole.
  const limit =
    coding.compression === 'none' && !tiled ? LIMITS.uncompressedStripSamples : LIMITS.blockSamples;
  const isSane = blockWidth >= 1 && blockHeight >= 1 && blockWidth <= LIMITS.dimension && samples <= limit;
  if (!isSane)
    throw new AppError('tiff.bad_block_size', { file: tags.file, width: blockWidth, height: blockHeight });
  const columns = Math.ceil(size.width / blockWidth);
  const rows = Math.ceil(size.height / blockHeight);
  return { tiled, blockWidth, blockHeight, columns, rows };
}

function asTriple(values: number[] | null): readonly [number, number, number] | null {
  const [a, b, c] = values ?? [];
  return a === undefined || b === undefined || c === undefined ? null : [a, b, c];
}

function asPair(values: number[] | null): readonly [number, number] | null {
  const [a, b] = values ?? [];
  return a === undefined || b === undefined ? null : [a, b];
}
