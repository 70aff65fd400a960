import { AppError, fromErrorData } from '@shared/errors';
import type { GrowingLevels } from '@shared/tiff/overviews';
import type { Level, PixelWindow } from '@shared/tiff/types';
import { blocksOf, clipWindow } from '@shared/tiff/windowBlocks';
import { abortable } from './abortable';
import type { TilePixels } from '@shared/tiff/tiles/average';
import type { StoredBlocks } from '@shared/tiff/tiles/reducedCell';
import type { DecoderPool } from './decoderPool';
import { tileBlocks } from '@shared/tiff/tiles/tileAssembler';
import type { TilePlan } from '@shared/tiff/tiles/tilePlan';

/** Overviews that are being built, as far as they are. In the window these are the channels `rasters.growing` and others. */
export interface GrowingSource {
  /** As they are now; null while that is not known, and where none are built. */
  readonly levels: GrowingLevels | null;
  /** Once that is known. */
  readonly ready: Promise<unknown>;
  /** Whether somebody is at work on what is missing. */
  readonly isUnderWay: boolean;
  /** As BlockReader; rejects where a tile is not there. */
  read(
    request: { readonly kind: 'image' | 'mask'; readonly level: number; readonly indices: readonly number[] },
    signal?: AbortSignal,
  ): Promise<readonly (Uint8Array | null)[]>;
  /** Told when there are other tiles than there were, and when work begins and ends. Returns what ends that. */
  onGrown(listener: () => void): () => void;
}

/** Tiles of a finer overview that one tile of the map is made of at most; more would be no faster than the raster itself. */
const MOST_TILES = 64;

/** A level of growing overviews that holds all of a window. */
interface Place {
  readonly level: number;
  /** Pixels of the base that are one of the level, a side. */
  readonly factor: number;
  readonly image: Level;
  readonly mask: Level | null;
  /** The window in pixels of the level. */
  readonly window: PixelWindow;
}

/**
 * Pieces of a picture out of overviews that are being built. Where sizes are odd these lie up to a pixel of theirs beside what
 * is averaged from the raster: the finished ones are drawn in their true place.
 */
export class GrownTiles {
  constructor(
    private readonly plan: TilePlan,
    /** Index into description.levels: what the picture is otherwise made from. */
    private readonly base: number,
    private readonly source: GrowingSource,
    private readonly pool: DecoderPool,
  ) {}

  /** Whether overviews are being built at all. */
  get isGrowing(): boolean {
    return this.source.levels?.base === this.base;
  }

  /** Whether what is missing of them will be there soon. */
  get isUnderWay(): boolean {
    return this.isGrowing && this.source.isUnderWay;
  }

  /** Once it is known what there is. */
  get ready(): Promise<unknown> {
    return this.source.ready;
  }

  /** Whether a part of a window of the base is built. */
  hasSome(window: PixelWindow): boolean {
    const levels = this.source.levels;
    const image = levels?.images[0];
    if (!image || levels?.base !== this.base) return false;
    return blocksOf(image, clipWindow(reduced(window, 2), image), [0]).some((index) =>
      isSet(levels.made[0] as Uint8Array, index),
    );
  }

  /**
   * A window of the base at 1/factor, of a finer overview out of so many tiles at most; null where not all of it is built, or it can no longer be read.
   * `window` begins and ends at multiples of the factor. Rejects with the signal's reason.
   */
  async load(
    window: PixelWindow,
    factor: number,
    signal?: AbortSignal,
    most = MOST_TILES,
  ): Promise<TilePixels | null> {
    const place = this.#find(window, factor, most);
    if (!place) return null;
    try {
      return await this.#make(place, factor / place.factor, signal);
    } catch {
      // What takes its place may have been drawn with by then: the raster itself is still there.
      signal?.throwIfAborted();
      return null;
    }
  }

  /** Calls back once, when all of a window is built. Returns what ends the waiting. */
  whenMade(window: PixelWindow, factor: number, then: () => void): () => void {
    const end = this.source.onGrown(() => {
      if (!this.#find(window, factor)) return;
      end();
      then();
    });
    return end;
  }

  /** When there is more than there was, or nobody is at work any more. Rejects with the signal's reason. */
  async nextChange(signal?: AbortSignal): Promise<void> {
    let end = (): void => undefined;
    const change = new Promise<void>((resolve) => (end = this.source.onGrown(resolve)));
    await abortable(change, signal).finally(end);
  }

  /** The coarsest level that is fine enough. */
  #find(window: PixelWindow, factor: number, most = MOST_TILES): Place | null {
    const levels = this.source.levels;
    if (levels?.base !== this.base) return null;
    for (let own = factor; own > 1; own /= 2) {
      const level = Math.log2(own) - 1;
      const image = levels.images[level];
      if (!image) continue;
      const part = reduced(window, own);
      const needed = blocksOf(image, clipWindow(part, image), [0]);
      if (own < factor && needed.length > most) return null;
      const made = levels.made[level] as Uint8Array;
      if (needed.every((index) => isSet(made, index))) {
        return { level, factor: own, image, mask: levels.masks[level] ?? null, window: part };
      }
    }
    return null;
  }

  async #make(
    { level, image, mask, window }: Place,
    more: number,
    signal?: AbortSignal,
  ): Promise<TilePixels> {
    const { plan } = this;
    const needed = tileBlocks(plan, image, mask, window);
    const [imageBytes, maskBytes] = await Promise.all([
      this.#read('image', level, needed.image, signal),
      this.#read('mask', level, needed.mask, signal),
    ]);
    if (more === 1) return this.pool.decodeTile({ plan, image, mask, window, imageBytes, maskBytes }, signal);
    const cells = [{ window, imageBytes, maskBytes }];
    const [cell] = await this.pool.reduceCells({ plan, image, mask, factor: more, cells });
    signal?.throwIfAborted();
    if (cell?.error) throw fromErrorData(cell.error);
    if (!cell?.pixels) throw new AppError('overviews.not_made');
    return cell.pixels;
  }

  async #read(
    kind: 'image' | 'mask',
    level: number,
    indices: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<StoredBlocks> {
    if (indices.length === 0) return [];
    const bytes = await this.source.read({ kind, level, indices }, signal);
    return indices.map((index, i) => [index, bytes[i] ?? null] as const);
  }
}

const isSet = (bits: Uint8Array, index: number): boolean =>
  ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;

function reduced({ x, y, width, height }: PixelWindow, factor: number): PixelWindow {
  return { x: x / factor, y: y / factor, width: width / factor, height: height / factor };
}
