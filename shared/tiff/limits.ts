/**
 * What a file may ask for before anything is allocated. Everything read from a file is hostile; an ordinary raster stays
 * far below each of these.
 */
export const LIMITS = {
  /** Entries in one directory. libtiff stops at the same number for BigTIFF. */
  directoryEntries: 4096,
  /** Directories looked at along the chain; further pages are not looked for. */
  directories: 1024,
  /** SubIFDs of the main directory that are looked at. */
  subDirectories: 64,
  /** bytes of one tag's value held in memory (metadata, geographic keys, palettes, JPEG tables). */
  tagBytes: 16 * 1024 * 1024,
  /** px; GDAL's own limit */
  dimension: 2 ** 31 - 1,
  /** Samples of one block: beyond that none could be held in memory. */
  blockSamples: 2 ** 32,
  uncompressedStripSamples: 2 ** 46,
  /** bytes of one block read at once */
  blockBytes: 2 ** 30,
  /** Blocks of one level; their arrays are never read whole. */
  blocks: 2 ** 32,
  samplesPerPixel: 65535,
  /** Ground control points kept in the description. */
  groundControlPoints: 10_000,
  /** bytes of a sidecar's text (`.aux.xml`, world file) */
  sidecarBytes: 16 * 1024 * 1024,
  /** Nesting of elements in GDAL's XML. */
  xmlDepth: 64,
} as const;
