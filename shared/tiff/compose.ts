import { AppError } from '../errors';
import { isAlike } from './sampleLayout';
import type { BlockRange, ByteSource, Level, Raster, RasterDescription } from './types';

/**
 * A raster and a file of reduced copies of it as one pyramid: what reads it sees overviews, whether its own file has them or
 * not. The sidecar's levels, the first included, are overviews; its masks are masks of overviews. Where both files have a
 * level of the same size, the raster's own counts.
 * Throws `tiff.overviews_do_not_fit` when the sidecar's samples are of another kind or none of its levels is smaller.
 */
export function composePyramid(raster: Raster, sidecar: Raster): Raster {
  const own = raster.description;
  const full = own.levels[0] as Level;
  const added = sidecar.description.levels.filter(({ coding, width, height }) => {
    return (
      isAlike(coding, full.coding) &&
      width <= own.width &&
      height <= own.height &&
      width * height < own.width * own.height
    );
  });
  if (added.length === 0) throw new AppError('tiff.overviews_do_not_fit', { file: sidecar.description.name });
  const shift = raster.files.length;
  const moved = (levels: readonly Level[]): Level[] =>
    levels.map((level) => ({ ...level, file: level.file + shift }));
  const levels = merged(own.levels, moved(added));
  const hasMask = own.maskLevels.length > 0;
  const maskLevels = hasMask ? merged(own.maskLevels, moved(sidecar.description.maskLevels)) : [];
  return new ComposedRaster({ ...own, levels, maskLevels }, raster, sidecar);
}

/** The first list's levels and those of the second that have a size of their own, largest first. */
function merged(own: readonly Level[], others: readonly Level[]): Level[] {
  const isNew = (level: Level): boolean =>
    !own.some(({ width, height }) => width === level.width && height === level.height);
  return [...own, ...others.filter(isNew)].sort((a, b) => b.width * b.height - a.width * a.height);
}

class ComposedRaster implements Raster {
  readonly files: readonly ByteSource[];
  readonly directories: Raster['directories'];
  readonly #raster: Raster;
  readonly #sidecar: Raster;

  constructor(
    readonly description: RasterDescription,
    raster: Raster,
    sidecar: Raster,
  ) {
    this.files = [...raster.files, ...sidecar.files];
    this.directories = raster.directories;
    this.#raster = raster;
    this.#sidecar = sidecar;
  }

  blockRange(level: Level, index: number): Promise<BlockRange> {
    const [owner, its] = this.#ownerOf(level);
    return owner.blockRange(its, index);
  }

  readBlock(level: Level, index: number): Promise<Uint8Array | null> {
    const [owner, its] = this.#ownerOf(level);
    return owner.readBlock(its, index);
  }

  /** The file tells whose level it is; there it is found by its looks. */
  #ownerOf(level: Level): readonly [Raster, Level] {
    const shift = this.#raster.files.length;
    return level.file < shift
      ? [this.#raster, level]
      : [this.#sidecar, { ...level, file: level.file - shift }];
  }
}
