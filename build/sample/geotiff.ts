import { open, type FileHandle } from 'node:fs/promises';
import { constants, deflate } from 'node:zlib';
import { promisify } from 'node:util';
import { TAG } from '@shared/tiff/tags';
import { directoryBytes, isFileRange, layoutTiff, type FileRange, type WriteBlock } from '@shared/tiff/write';
import { ascii, doubles, shorts, wholeNumbers, type WriteTag } from '@shared/tiff/writeTags';

export type SampleCompression = 'deflate' | 'none' | 'jpeg';

/** Compresses an RGB tile as a complete JPEG stream. Given from outside: it is machine code. */
export type JpegEncoder = (rgb: Uint8Array, size: number) => Promise<Uint8Array>;

export interface TiledImage {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly tileSize: number;
  readonly compression: SampleCompression;
  readonly encodeJpeg?: JpegEncoder | undefined;
  /** m of a pixel */
  readonly gsd: number;
  readonly epsg: number;
  /** The top left corner, m east and north in the CRS. */
  readonly origin: { readonly x: number; readonly y: number };
  readonly description: string;
  /** Further items of GDAL's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

const compress = promisify(deflate);
const COMPRESSION_CODES: Readonly<Record<SampleCompression, number>> = { none: 1, deflate: 8, jpeg: 7 };

/**
 * Writes an RGB GeoTIFF tile by tile. Tiles go straight to disk behind a gap that the header and the directory fill at the
 * end, when all sizes are known; until then the file is no TIFF. Memory does not grow with the picture but for 16 bytes a tile.
 */
export class TiledWriter {
  readonly #image: TiledImage;
  readonly #file: FileHandle;
  readonly #headBytes: number;
  readonly #blocks: WriteBlock[] = [];
  #position: number;
  #written: Promise<void> = Promise.resolve();

  private constructor(image: TiledImage, file: FileHandle) {
    this.#image = image;
    this.#file = file;
    const { width, height, tileSize } = image;
    const tiles = Math.ceil(width / tileSize) * Math.ceil(height / tileSize);
    const bytes = 64 + directoryBytes(imageTags(image), tiles, true);
    this.#headBytes = bytes + (bytes % 2);
    this.#position = this.#headBytes;
  }

  static async create(path: string, image: TiledImage): Promise<TiledWriter> {
    return new TiledWriter(image, await open(path, 'w'));
  }

  /** Appends the next tile, row by row from the top left: tileSize × tileSize × 3 bytes, which may be changed. */
  async write(rgb: Uint8Array): Promise<void> {
    // Several tiles are compressed at once; each waits for the one before to be on disk.
    const before = this.#written;
    const encoding = this.#encode(rgb);
    this.#written = encoding.then(async (bytes) => {
      await before;
      await this.#append(bytes);
    });
    return this.#written;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#position);
    this.#blocks.push({ file: 0, offset: this.#position, length: bytes.length });
    this.#position += bytes.length + (bytes.length % 2);
  }

  /** Writes header and directory and closes the file. Gives its size in bytes. */
  async finish(): Promise<number> {
    const layout = layoutTiff({
      byteOrder: 'little',
      headBytes: this.#headBytes,
      directories: [{ tags: imageTags(this.#image), tiled: true, blocks: this.#blocks }],
    });
    const head = layout.parts[0] as Uint8Array;
    this.#checkPlaces(layout.parts.filter(isFileRange), layout.starts);
    await this.#file.write(head, 0, head.length, 0);
    await this.#file.truncate(layout.size);
    await this.#file.close();
    return layout.size;
  }

  async abandon(): Promise<void> {
    await this.#file.close();
  }

  /** The layout must find the tiles where they were written. */
  #checkPlaces(ranges: readonly FileRange[], starts: Float64Array): void {
    const first = ranges[0];
    if (first && starts[1] !== first.offset)
      throw new Error('the header does not fit the gap that was kept for it');
  }

  async #encode(rgb: Uint8Array): Promise<Uint8Array> {
    const { compression, tileSize, encodeJpeg } = this.#image;
    if (compression === 'none') return rgb;
    if (compression === 'jpeg') {
      if (!encodeJpeg) throw new Error('JPEG needs an encoder');
      return encodeJpeg(rgb, tileSize);
    }
    differ(rgb, tileSize);
    // In a noisy picture nothing repeats: Huffman codes alone are as small as level 1, faster, and the same everywhere.
    return compress(rgb, { strategy: constants.Z_HUFFMAN_ONLY, memLevel: 9 });
  }
}

/** Predictor 2 (TIFF 6.0 §14): each sample becomes its difference to the one a pixel before. */
function differ(rgb: Uint8Array, size: number): void {
  const rowBytes = size * 3;
  for (let end = rgb.length; end > 0; end -= rowBytes) {
    for (let at = end - 1; at >= end - rowBytes + 3; at--) rgb[at] = rgb[at]! - rgb[at - 3]!;
  }
}

function imageTags(image: TiledImage): WriteTag[] {
  const order = 'little';
  const { width, height, tileSize, compression, gsd, epsg, origin, description, metadata } = image;
  const isJpeg = compression === 'jpeg';
  return [
    wholeNumbers(order, TAG.ImageWidth, [width]),
    wholeNumbers(order, TAG.ImageLength, [height]),
    shorts(order, TAG.BitsPerSample, [8, 8, 8]),
    shorts(order, TAG.Compression, [COMPRESSION_CODES[compression]]),
    shorts(order, TAG.PhotometricInterpretation, [isJpeg ? 6 : 2]),
    ascii(TAG.ImageDescription, description),
    shorts(order, TAG.SamplesPerPixel, [3]),
    shorts(order, TAG.PlanarConfiguration, [1]),
    ascii(TAG.Software, 'Orthodesk'),
    ...(compression === 'deflate' ? [shorts(order, TAG.Predictor, [2])] : []),
    shorts(order, TAG.TileWidth, [tileSize]),
    shorts(order, TAG.TileLength, [tileSize]),
    ...(isJpeg ? [shorts(order, TAG.YCbCrSubSampling, [2, 2])] : []),
    doubles(order, TAG.ModelPixelScale, [gsd, gsd, 0]),
    doubles(order, TAG.ModelTiepoint, [0, 0, 0, origin.x, origin.y, 0]),
    shorts(order, TAG.GeoKeyDirectory, [
      1,
      1,
      0,
      4,
      1024,
      0,
      1,
      1,
      1025,
      0,
      1,
      1,
      3072,
      0,
      1,
      epsg,
      3076,
      0,
      1,
      9001,
    ]),
    ascii(TAG.GdalMetadata, gdalMetadata({ SYNTHETIC: 'YES', DESCRIPTION: description, ...metadata })),
  ];
}

function gdalMetadata(items: Readonly<Record<string, string>>): string {
  const lines = Object.entries(items).map(([name, value]) => `  <Item name="${name}">${value}</Item>`);
  return ['<GDALMetadata>', ...lines, '</GDALMetadata>'].join('\n');
}
