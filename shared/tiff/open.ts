import { AppError } from '../errors';
import { BlockIndex } from './blockIndex';
import { describe } from './describe';
import { readHeader } from './header';
import { PagedReader } from './pagedReader';
import { readPages, type Pages } from './pages';
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
  const description = await describe(source, header, pages, siblings ?? noSiblings);
  return new OpenedRaster(description, [source], pages);
}

const noSiblings: SiblingOpener = () => Promise.resolve(null);

class OpenedRaster implements Raster {
  readonly directories: { readonly main: TiffDirectory; readonly mask: TiffDirectory | null };
  readonly #indexes: readonly { readonly level: Level; readonly index: BlockIndex }[];

  constructor(
    readonly description: RasterDescription,
    readonly files: readonly ByteSource[],
    pages: Pages,
  ) {
    this.directories = { main: pages.main.directory, mask: pages.masks[0]?.directory ?? null };
    this.#indexes = [pages.main, ...pages.overviews, ...pages.masks].map(({ level, directory }) => ({
      level,
      index: new BlockIndex(level, directory, files[level.file] as ByteSource),
    }));
  }

  async blockRange(level: Level, index: number): Promise<BlockRange> {
    return this.#indexOf(level).range(index);
  }

  async readBlock(level: Level, index: number): Promise<Uint8Array | null> {
    const { offset, length } = await this.blockRange(level, index);
    return length === 0 ? null : (this.files[level.file] as ByteSource).read(offset, length);
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
