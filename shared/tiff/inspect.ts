import { blockBytes } from './blockSize';
import type { Compression, Crs, Level, RasterDescription, SampleType } from './types';

/** What `inspect --json` prints for a file: names as in the command's documentation, types as in numpy. */
export interface InspectObject {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** One for each band. */
  readonly dtype: readonly string[];
  readonly compression: Compression;
  readonly interleave: 'pixel' | 'band';
  readonly tiled: boolean;
  /** px: [width, height], as GDAL tells it */
  readonly blockSize: readonly [number, number];
  readonly bigTiff: boolean;
  readonly byteOrder: 'little' | 'big';
  /** `EPSG:n`, else a proj4 definition, else, of a local or an exotic system, well-known text with its name and unit. */
  readonly crs: string | null;
  readonly geotransform: readonly number[] | null;
  readonly areaOrPoint: 'Area' | 'Point';
  /** JSON has no numbers for "nan", "inf" and "-inf": they are texts. */
  readonly nodata: number | string | null;
  readonly mask: RasterDescription['mask'];
  /** px: [width, height] of each, largest first */
  readonly overviews: readonly (readonly [number, number])[];
  readonly colorInterpretation: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** @param file the path as the caller gave it; the raster's own name otherwise */
export function inspectObject(description: RasterDescription, file = description.name): InspectObject {
  const [full, ...overviews] = description.levels;
  if (!full) throw new Error('a raster has at least one level');
  return {
    file,
    width: description.width,
    height: description.height,
    bands: description.bands,
    dtype: Array.from({ length: description.bands }, () => numpyType(description.sampleType)),
    compression: full.coding.compression,
    interleave: full.coding.interleave,
    tiled: full.tiled,
    blockSize: [full.blockWidth, rowsOfBlock(full)],
    bigTiff: description.bigTiff,
    byteOrder: description.byteOrder,
    crs: crsText(description),
    geotransform: description.georeference.geotransform,
    areaOrPoint: description.georeference.areaOrPoint,
    nodata: nodataValue(description),
    mask: maskKind(description),
    overviews: overviews.map((level) => [level.width, level.height] as const),
    colorInterpretation: description.colorInterpretation,
    metadata: description.metadata,
  };
}

/**
 * GDAL does not read an image in one piece that is stored as a single strip: libtiff cuts uncompressed ones into parts of
 * at most 8 KiB, and GDAL takes compressed ones of bytes or bits row by row when they are tall.
 */
function rowsOfBlock(level: Level): number {
  const { coding, tiled, blockHeight, height } = level;
  if (tiled || blockHeight < height) return blockHeight;
  if (coding.compression === 'none' && level.planes === 1) {
    const unit = coding.photometric === 'ycbcr' ? coding.ycbcrSubsampling[1] : 1;
    return Math.min(blockHeight, Math.max(1, Math.floor(8192 / blockBytes(level, unit))) * unit);
  }
  const inRows = coding.bitsPerSample === 8 || (coding.bitsPerSample === 1 && coding.samplesPerPixel === 1);
  return inRows && height > 2000 ? 1 : blockHeight;
}

/** GDAL looks for alpha in the last of two or four bands only; the map hides by it wherever it is. */
function maskKind({ mask, bands }: RasterDescription): RasterDescription['mask'] {
  return mask === 'alpha' && bands > 4 ? 'none' : mask;
}

/** Half floats are read as floats; numpy has no complex integers, so theirs are named as GDAL names them. */
function numpyType(type: SampleType): string {
  return type === 'float16' ? 'float32' : type;
}

/** The system of ground control points is not that of the raster, which has no coordinates of its own then. */
function crsText({ georeference: { crs, gcps, geotransform } }: RasterDescription): string | null {
  if (!crs || (gcps.length > 0 && !geotransform)) return null;
  if (crs.epsg !== null) return `EPSG:${crs.epsg}`;
  return crs.proj4 ?? localText(crs);
}

/** Well-known text of a system whose place on Earth cannot be computed: its name and its unit. */
function localText({ name, unitFactor }: Crs): string {
  const unit = UNIT_NAMES[unitFactor] ?? 'unknown';
  return `LOCAL_CS["${name.replaceAll('"', '""')}",UNIT["${unit}",${unitFactor}]]`;
}

const UNIT_NAMES: Readonly<Record<number, string>> = { 1: 'metre', 1000: 'kilometre', 0.3048: 'foot' };

function nodataValue({ nodata, sampleType }: RasterDescription): number | string | null {
  if (nodata === null) return null;
  if (Number.isNaN(nodata)) return 'nan';
  if (!Number.isFinite(nodata)) return nodata > 0 ? 'inf' : '-inf';
  return sampleType === 'float32' || sampleType === 'float16' ? shortest(nodata) : nodata;
}

/** The number that was written: 0.1, not the 0.10000000149011612 that a float keeps of it. */
function shortest(value: number): number {
  for (let digits = 1; digits <= 7; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
