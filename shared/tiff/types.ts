/**
 * The types of the TIFF core. A GeoTIFF is a list of byte ranges: parsing yields structure (never pixels), reading and
 * slicing work on that structure. Pixel coordinates have their origin in the top left corner of the top left pixel,
 * x to the right, y down. Source of the format: TIFF 6.0, BigTIFF, OGC GeoTIFF 1.1, GDAL's private tags.
 */

/** Random access to a file's bytes, wherever they lie. */
export interface ByteSource {
  /** For messages only: the file's name without its folder. */
  readonly name: string;
  /** bytes */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`; they may, but need not, be put into `into`, which has room for exactly so many.
   * Throws `tiff.read_beyond_end` past the end, `tiff.read_failed` otherwise.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
}

/** Finds a file beside the raster (`.ovr`, `.msk`, `.tfw`, `.aux.xml`); null where there is none. */
export type SiblingOpener = (suffix: string) => Promise<ByteSource | null>;

/** A sample's type in numpy's names; complex types are named so that a message can refuse them. */
export type SampleType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex_int16'
  | 'complex_int32'
  | 'complex64'
  | 'complex128';

export type ByteOrder = 'little' | 'big';

/** How the samples of a pixel lie in the file. */
export type Interleave = 'pixel' | 'band';

export type Compression =
  | 'none'
  | 'lzw'
  | 'deflate'
  | 'zstd'
  | 'packbits'
  | 'jpeg'
  | 'old_jpeg'
  | 'webp'
  | 'lerc'
  | 'lzma'
  | 'jxl'
  | 'ccitt'
  | 'unknown';

export type Photometric =
  'white_is_zero' | 'black_is_zero' | 'rgb' | 'palette' | 'mask' | 'cmyk' | 'ycbcr' | 'cielab' | 'other';

/** What is needed to turn one stored block into samples. Plain data: it crosses process borders. */
export interface BlockCoding {
  readonly compression: Compression;
  /** The TIFF tag's number, for messages. */
  readonly compressionCode: number;
  readonly predictor: 1 | 2 | 3;
  readonly byteOrder: ByteOrder;
  readonly fillOrder: 1 | 2;
  readonly interleave: Interleave;
  /** Samples of the whole pixel, whatever the interleave. */
  readonly samplesPerPixel: number;
  /** Bits of each sample as stored (1, 2, 4, 8, 12, 16, 24, 32, 64). */
  readonly bitsPerSample: number;
  readonly sampleType: SampleType;
  readonly photometric: Photometric;
  /** [horizontal, vertical]; [1, 1] where not subsampled. */
  readonly ycbcrSubsampling: readonly [number, number];
  /** YCbCrCoefficients and ReferenceBlackWhite, for YCbCr that is not JPEG. */
  readonly ycbcrCoefficients: readonly [number, number, number] | null;
  readonly referenceBlackWhite: readonly number[] | null;
  /** Tag 347: the tables of abbreviated JPEG streams. */
  readonly jpegTables: Uint8Array | null;
  /** Tag 50674: [version, additional compression: 0 none, 1 deflate, 2 zstd]. */
  readonly lercParameters: readonly [number, number] | null;
}

/** One resolution of the raster (or of its mask): a grid of blocks, which are tiles or strips. */
export interface Level {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly tiled: boolean;
  /** px; a strip is as wide as the level. The last block of a tile row is stored whole, the last strip is cut. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Blocks across and down. */
  readonly columns: number;
  readonly rows: number;
  /** 1 for pixel interleave, else one plane of blocks for each sample. */
  readonly planes: number;
  readonly coding: BlockCoding;
  /** Which of the raster's files holds the blocks: 0 is the raster itself, then its `.ovr`, `.msk`, sidecar. */
  readonly file: number;
}

export type MaskKind = 'none' | 'nodata' | 'alpha' | 'internal' | 'external';

/** GDAL's order: x = g[0] + col·g[1] + row·g[2], y = g[3] + col·g[4] + row·g[5]. Units of the CRS. */
export type Geotransform = readonly [number, number, number, number, number, number];

export interface GroundControlPoint {
  readonly pixel: number;
  readonly line: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A coordinate reference system as the file gives it. */
export interface Crs {
  /** EPSG code where the file names one or the definition equals one. */
  readonly epsg: number | null;
  /** A proj4 definition, where one could be built; null when the CRS is known by name only. */
  readonly proj4: string | null;
  readonly name: string;
  readonly kind: 'projected' | 'geographic' | 'geocentric' | 'local' | 'unknown';
  /** Metres per unit for projected systems, degrees per unit for geographic ones. */
  readonly unitFactor: number;
}

export interface Georeference {
  readonly crs: Crs | null;
  readonly geotransform: Geotransform | null;
  readonly areaOrPoint: 'Area' | 'Point';
  readonly gcps: readonly GroundControlPoint[];
  /** Where the geotransform came from. */
  readonly from: 'tags' | 'world_file' | 'aux_xml' | 'none';
}

/**
 * Everything there is to know of a raster short of its pixels and its block offsets; small, and plain data: it is sent to
 * the renderer, shown in the information panel and kept in the library.
 */
export interface RasterDescription {
  readonly name: string;
  /** bytes of the main file */
  readonly fileSize: number;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly sampleType: SampleType;
  readonly bitsPerSample: number;
  readonly bigTiff: boolean;
  readonly byteOrder: ByteOrder;
  readonly georeference: Georeference;
  /** One value for all bands (GDAL_NODATA); NaN is a value, null is none. */
  readonly nodata: number | null;
  readonly mask: MaskKind;
  /** Zero-based band that holds alpha; null where there is none. */
  readonly alphaBand: number | null;
  /** ColorMap: entries of [r, g, b, a], 0–255. */
  readonly palette: readonly (readonly [number, number, number, number])[] | null;
  /** GDAL's words: Gray, Palette, Red, Green, Blue, Alpha, Cyan, …, Undefined. */
  readonly colorInterpretation: readonly string[];
  /** Full resolution first, then overviews, each smaller than the one before. Never empty. */
  readonly levels: readonly Level[];
  /** The mask at full resolution, then its overviews; empty without a mask. One bit (or byte) a pixel, non-zero is valid. */
  readonly maskLevels: readonly Level[];
  /** GDAL_METADATA and well-known ASCII tags of the dataset, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly bandMetadata: readonly Readonly<Record<string, string>>[];
  /** Other pages of the file that are neither overview nor mask. */
  readonly otherPages: number;
  /** Things that are odd but did not stop the reading, as message kinds with their values. */
  readonly warnings: readonly {
    readonly kind: string;
    readonly params: Readonly<Record<string, string | number>>;
  }[];
}

/** Where a block's bytes lie. `length` 0 is a sparse block: nodata (or zero) everywhere. */
export interface BlockRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * One tag of a directory as the file holds it: where its value lies, not the value.
 * Duplicate tags are dropped (the first one counts), as are those whose value lies outside the file.
 */
export interface TagEntry {
  readonly tag: number;
  /** The TIFF field type: 1 BYTE, 2 ASCII, 3 SHORT, … 12 DOUBLE, 13 IFD, 16 LONG8, 17 SLONG8, 18 IFD8. */
  readonly type: number;
  /** Values, not bytes. */
  readonly count: number;
  /** Where the value's bytes begin in the file; for a value that fits the entry, inside the entry itself. */
  readonly offset: number;
  /** count × the size of the type */
  readonly byteLength: number;
}

/** An image file directory: its tags, whose values are read on demand. Values are never larger than the limits allow. */
export interface TiffDirectory {
  /** Index into Raster.files of the file that holds it. */
  readonly file: number;
  /** Where the directory begins in that file. */
  readonly offset: number;
  readonly byteOrder: ByteOrder;
  readonly bigTiff: boolean;
  /** By ascending tag number. */
  readonly entries: readonly TagEntry[];
  get(tag: number): TagEntry | undefined;
  /** The value's bytes exactly as stored, in the file's byte order. Null where the tag is absent. */
  readBytes(tag: number): Promise<Uint8Array | null>;
  /**
   * The value as numbers; a rational is its quotient, text gives its bytes. Null where the tag is absent.
   * LONG8 values above 2^53 lose precision: they are not valid offsets anyway.
   */
  readValues(tag: number): Promise<number[] | null>;
  /** The value as text: UTF-8 where valid, else Latin-1; without trailing NULs. Null where the tag is absent. */
  readText(tag: number): Promise<string | null>;
}

/** An opened raster: its description and the means to find and read its blocks. */
export interface Raster {
  readonly description: RasterDescription;
  readonly files: readonly ByteSource[];
  /** The raw directories, for a slice that copies tags verbatim. `mask` is that of an internal or `.msk` mask. */
  readonly directories: { readonly main: TiffDirectory; readonly mask: TiffDirectory | null };
  /**
   * The byte range of a block. `level` is one of description.levels or description.maskLevels; index counts row by row,
   * plane by plane: plane·columns·rows + row·columns + column. Offset arrays of huge files are read in pages on demand.
   * Throws `tiff.bad_block` when the range lies outside the file.
   */
  blockRange(level: Level, index: number): Promise<BlockRange>;
  /** The stored bytes of a block; null for a sparse one. */
  readBlock(level: Level, index: number): Promise<Uint8Array | null>;
}

/** Samples of one band, row by row. int64/uint64 are given as Float64Array when `exact64` is not asked for. */
export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/**
 * A decoded block: all samples of its pixels, pixel-interleaved or a single plane, in native byte order, predictor undone,
 * YCbCr converted to RGB, bits widened to the next whole type (1/2/4 -> uint8, 12 -> uint16, float16/24 -> float32).
 * `width`/`height` are those of the stored block (a cut last strip has its own height).
 */
export interface DecodedBlock {
  readonly width: number;
  readonly height: number;
  /** Samples for each pixel in `samples`: samplesPerPixel, or 1 for band interleave. */
  readonly channels: number;
  readonly samples: SampleArray;
}

/** Decompresses a block to its raw bytes (before predictor and byte order), or to samples where the codec knows them. */
export type BlockDecoder = (bytes: Uint8Array, job: BlockJob) => Promise<Uint8Array | DecodedBlock>;

export interface BlockJob {
  readonly coding: BlockCoding;
  /** px of this block as stored */
  readonly width: number;
  readonly height: number;
  /** Decoded size in bytes that the structure promises: a decoder must not produce more (bombs). */
  readonly expectedBytes: number;
  /** Decoded bytes up to the image's last row, where the block reaches beyond it; all of them if undefined. */
  readonly neededBytes?: number;
}

/** A registry gives the decoder for a compression; environments (Node, web worker) register what is fastest there. */
export interface CodecRegistry {
  get(compression: Compression): BlockDecoder | undefined;
}

/** A rectangle of pixels at some level. */
export interface PixelWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Decoded pixels of a window, band by band. */
export interface WindowPixels {
  readonly width: number;
  readonly height: number;
  /** One array for each band asked for, width·height long, row by row, in the raster's sample type. */
  readonly bands: readonly SampleArray[];
  /** 255 where the pixel is valid (mask, alpha > 0, not nodata), 0 elsewhere; null when all are valid by definition. */
  readonly valid: Uint8Array | null;
}
