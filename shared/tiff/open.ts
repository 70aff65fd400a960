import { AppError } from '../errors';
import { BlockIndex } from './blockIndex';
import { describe } from './describe';
import { LIMITS } from './limits';
import { readHeader } from './header';
import { PagedReader } from './pagedReader';
import { readPages } from './pages';
import { gatherPyramid, type Pyramid } from './pyramid';
import { Sidecars } from './sidecars';
import type {
  BlockRange,
  ByteSource,
  Level,
  Raster,
  RasterDescription,
  SiblingOpener,
  TiffDirectory,
} from './types';

/**
 * Opens a GeoTIFF: reads its structure, never its pixels. Any file is safe to pass: what it asks for is checked before
 * anything is allocated. Throws AppError `tiff.*`, with a sentence for the user.
 * @param siblings finds the files beside it (`.ovr`, `.msk`, world file, `.aux.xml`); without it there are none
 */
export async function openRaster(source: ByteSource, siblings?: SiblingOpener): Promise<Raster> {
  const reader = new PagedReader(source);
  const header = await readHeader(reader);
  const pages = await readPages({ reader, ...header, file: 0 }, header.firstDirectory);
  const sidecars = new Sidecars(siblings ?? noSiblings);
  const pyramid = await gatherPyramid(source, pages, sidecars);
  return new OpenedRaster(await describe(source, header, pages, pyramid, sidecars), pyramid);
}

const noSiblings: SiblingOpener = () => Promise.resolve(null);

class OpenedRaster implements Raster {
  readonly files: readonly ByteSource[];
  readonly directories: { readonly main: TiffDirectory; readonly mask: TiffDirectory | null };
  readonly #indexes: readonly { readonly level: Level; readonly index: BlockIndex }[];

  constructor(
    readonly description: RasterDescription,
    pyramid: Pyramid,
  ) {
    const [main, ...reduced] = pyramid.levels;
    if (!main) throw new Error('a raster has at least one level');
    this.files = pyramid.files;
    this.directories = { main: main.directory, mask: pyramid.masks[0]?.directory ?? null };
    this.#indexes = [main, ...reduced, ...pyramid.masks].map((page) => ({
      level: page.level,
      index: new BlockIndex(page),
    }));
  }

  async blockRange(level: Level, index: number): Promise<BlockRange> {
    return this.#indexOf(level).range(index);
  }

  async readBlock(level: Level, index: number): Promise<Uint8Array | null> {
    const { offset, length } = await this.blockRange(level, index);
    if (length > LIMITS.blockBytes)
      throw new AppError('tiff.bad_block', { file: this.description.name, block: index });
    return length === 0 ? null : this.#fileOf(level).read(offset, length);
  }

  #fileOf(level: Level): ByteSource {
    const file = this.files[level.file];
    if (!file) throw new AppError('tiff.unknown_level', { file: this.description.name });
    return file;
  }

  /** By identity, else by looks: a level that crossed a process border is a copy. */
  #indexOf(level: Level): BlockIndex {
    const found =
      this.#indexes.find((known) => known.level === level) ??
      this.#indexes.find((known) => looksLike(known.level, level));
    if (!found) throw new AppError('tiff.unknown_level', { file: this.description.name });
    return found.index;
  }
}

function looksLike(a: Level, b: Level): boolean {
  return (
    a.file === b.file &&
    a.width === b.width &&
    a.height === b.height &&
    a.blockWidth === b.blockWidth &&
    a.blockHeight === b.blockHeight &&
    a.planes === b.planes &&
    a.coding.samplesPerPixel === b.coding.samplesPerPixel &&
    a.coding.bitsPerSample === b.coding.bitsPerSample &&
    a.coding.photometric === b.coding.photometric
  );
}
