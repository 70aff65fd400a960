import type { TiffHeader } from './header';
import type { Pages } from './pages';
import { readGeoreference } from './georeference';
import { TAG } from './tags';
import { TagValues } from './tagValues';
import type { ByteSource, MaskKind, RasterDescription, SiblingOpener } from './types';

/** Gathers what there is to know of a raster short of its pixels. */
export async function describe(
  source: ByteSource,
  header: TiffHeader,
  pages: Pages,
  _siblings: SiblingOpener,
): Promise<RasterDescription> {
  const { main } = pages;
  const { level } = main;
  const tags = new TagValues(main.directory, source.name);
  const nodata = parseNodata(await tags.text(TAG.GdalNodata));
  const bands = level.coding.samplesPerPixel;
  const alpha = main.extraSamples?.findIndex((extra) => extra === 1 || extra === 2) ?? -1;
  const alphaBand = alpha < 0 ? null : bands - (main.extraSamples?.length ?? 0) + alpha;
  const mask: MaskKind =
    nodata !== null ? 'nodata' : pages.masks.length > 0 ? 'internal' : alphaBand !== null ? 'alpha' : 'none';
  return {
    name: source.name,
    fileSize: source.size,
    width: level.width,
    height: level.height,
    bands,
    sampleType: level.coding.sampleType,
    bitsPerSample: level.coding.bitsPerSample,
    bigTiff: header.bigTiff,
    byteOrder: header.byteOrder,
    georeference: await readGeoreference(tags),
    nodata,
    mask,
    alphaBand,
    palette: null,
    colorInterpretation: Array.from({ length: bands }, () => 'Undefined'),
    levels: [level, ...pages.overviews.map((page) => page.level)],
    maskLevels: pages.masks.map((page) => page.level),
    metadata: {},
    bandMetadata: Array.from({ length: bands }, () => ({})),
    otherPages: pages.otherPages,
    warnings: pages.warnings,
  };
}

function parseNodata(text: string | null): number | null {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return text !== null && (/nan/i.test(text) || !Number.isNaN(value)) ? value : null;
}
