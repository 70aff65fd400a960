import { AppError } from '../errors';
import type { AuxXml } from './auxXml';
import { BlockIndex } from './blockIndex';
import { colorInterpretation, knownColor, readPalette } from './colors';
import { readGeoreference } from './georeference';
import type { TiffHeader } from './header';
import { readMetadata, type Metadata } from './metadata';
import { isNodataInRange, parseNodata } from './nodata';
import type { Pages, Warning } from './pages';
import type { Pyramid } from './pyramid';
import type { Sidecars } from './sidecars';
import { TAG } from './tags';
import { TagValues } from './tagValues';
import type { BlockCoding, ByteSource, MaskKind, RasterDescription } from './types';

/** Everything there is to know of a raster short of its pixels. */
export async function describe(
  source: ByteSource,
  header: TiffHeader,
  pages: Pages,
  pyramid: Pyramid,
  sidecars: Sidecars,
): Promise<RasterDescription> {
  const { main } = pages;
  const { level } = main;
  const { samplesPerPixel: bands, sampleType, bitsPerSample } = level.coding;
  const tags = new TagValues(main.directory, source.name);
  const aux = await sidecars.auxXml(bands);
  const metadata = await readMetadata(tags, bands);
  if (aux) metadata.merge(aux.metadata);
  const nodata = await readNodata(tags, aux, sampleType);
  const palette = await readPalette(tags, main, nodata);
  const colors = colorInterpretation(main, palette !== null);
  const isFixed = (bands === 1 && bitsPerSample === 1) || level.coding.photometric === 'cmyk';
  if (!isFixed) for (const [band, color] of metadata.colors) colors[band] = knownColor(color);
  const alpha = colors.indexOf('Alpha');
  const georeference = await readGeoreference(tags, aux, () => sidecars.worldFile());
  return {
    name: source.name,
    fileSize: source.size,
    width: level.width,
    height: level.height,
    bands,
    sampleType,
    bitsPerSample,
    bigTiff: header.bigTiff,
    byteOrder: header.byteOrder,
    georeference,
    nodata,
    mask: maskKind(pyramid, nodata, level.coding, alpha),
    alphaBand: alpha < 0 ? null : alpha,
    palette,
    colorInterpretation: colors,
    levels: pyramid.levels.map((page) => page.level),
    maskLevels: pyramid.masks.map((page) => page.level),
    metadata: metadata.dataset,
    bandMetadata: bandMetadata(metadata, bands),
    otherPages: pages.others,
    warnings: [
      ...pages.warnings,
      ...sidecars.warnings,
      ...unusualColors(source, level.coding),
      ...(await cutOff(source, main)),
    ],
  };
}

async function readNodata(
  tags: TagValues,
  aux: AuxXml | null,
  sampleType: RasterDescription['sampleType'],
): Promise<number | null> {
  return parseNodata(aux?.nodata ?? (await tags.text(TAG.GdalNodata)), sampleType);
}

/** In GDAL's order: a mask of its own, then nodata that samples can have, then alpha. */
function maskKind(pyramid: Pyramid, nodata: number | null, coding: BlockCoding, alpha: number): MaskKind {
  const { sampleType, samplesPerPixel } = coding;
  if (pyramid.maskKind !== 'none') return pyramid.maskKind;
  if (nodata !== null && isNodataInRange(nodata, sampleType)) return 'nodata';
  // Alpha comes last, but for images of more bands than colours and alpha need.
  const isPlausible =
    samplesPerPixel > 4 ? alpha > 0 : alpha > 0 && alpha === samplesPerPixel - 1 && alpha !== 2;
  return isPlausible && (sampleType === 'uint8' || sampleType === 'uint16') ? 'alpha' : 'none';
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

function bandMetadata(metadata: Metadata, bands: number): Readonly<Record<string, string>>[] {
  return Array.from({ length: bands }, (_, band) => metadata.bands.get(band) ?? NOTHING);
}

/** Colour spaces that are not converted: their bands are shown as they are stored. */
function unusualColors(source: ByteSource, { photometric }: BlockCoding): Warning[] {
  const space = COLOR_SPACES[photometric];
  return space === undefined ? [] : [{ kind: 'tiff.color_space', params: { file: source.name, space } }];
}

const COLOR_SPACES: Readonly<Partial<Record<BlockCoding['photometric'], string>>> = {
  cmyk: 'CMYK',
  cielab: 'CIE L*a*b*',
};

/** A download that broke off is told by its last block. */
async function cutOff(source: ByteSource, main: Pages['main']): Promise<Warning[]> {
  const { columns, rows, planes } = main.level;
  try {
    await new BlockIndex(main).range(columns * rows * planes - 1);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'tiff.bad_block') throw error;
    return [{ kind: 'tiff.data_cut_off', params: { file: source.name } }];
  }
}
