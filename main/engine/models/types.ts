/**
 * What a model is to the engine: a description, requirements, blocks, a price, and a detector that turns windows of pixels
 * into a class mask. The engine does everything around it: reading and resampling imagery onto one working grid,
 * partitions, progress, restart, polygons. A detector is a pure function of the pixels within its margin and of a context
 * that is computed once for the whole processing, so the result is the same whatever the partition.
 */
import type { PixelWindow } from '@shared/tiff/types';

/** A step of a workflow, as the API lists it. */
export interface ModelBlock {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Only optional blocks are chosen by the user; the others always run and make up the base price. */
  readonly optional: boolean;
  /** credits per km² */
  readonly price: number;
  /** False for a block that runs only with local data registered for it, else `engine.block_not_available`. */
  readonly available: boolean;
}

/** Ground sampling distances, metres per pixel. */
export interface GsdRange {
  /** The finest pixel the model works on; finer imagery is averaged down, never refused. */
  readonly min: number;
  /** The coarsest pixel the model understands; coarser imagery is refused: `PixelSizeTooHigh`. */
  readonly max: number;
  /** The resolution the model is meant for, told to users. */
  readonly native: number;
}

export interface ModelInfo {
  /** UUID, the API's workflow definition id; never changes. */
  readonly id: string;
  /** As the API names it, emoji included. */
  readonly name: string;
  readonly description: string;
  /** credits; the sum of the prices of the blocks that are not optional */
  readonly pricePerSqKm: number;
  readonly blocks: readonly ModelBlock[];
  readonly gsd: GsdRange;
  /** Names the style a client draws the result with. */
  readonly styleName: string;
  /** Zoom levels for tile sources, from the reference. */
  readonly zoom: { readonly min: number; readonly max: number };
}

/**
 * 8-bit colour pixels on the working grid, row by row, one array of width·height a band. Where `valid` is 0 (outside the
 * imagery, nodata, masked) the colours mean nothing.
 */
export interface RgbWindow {
  readonly width: number;
  readonly height: number;
  readonly red: Uint8Array;
  readonly green: Uint8Array;
  readonly blue: Uint8Array;
  /** 1 where the pixel is valid, else 0 */
  readonly valid: Uint8Array;
}

/**
 * All imagery of a processing on one grid of roughly square pixels: `Detector.workingGsd` metres a side, axes along those of
 * the imagery's CRS. The grid must not depend on how the imagery was cut into files or the work into partitions: lay its
 * origin on whole multiples of the pixel size in CRS units.
 */
export interface PixelSource {
  /** px of the working grid */
  readonly width: number;
  readonly height: number;
  /** metres per pixel of the grid */
  readonly gsd: number;
  /** 'grey' for one band of samples (red = green = blue in its windows). */
  readonly colour: 'rgb' | 'grey';
  /** Pixels of a window inside the grid. */
  read(window: PixelWindow, signal?: AbortSignal): Promise<RgbWindow>;
}

/** Plain JSON data: kept with the processing, so that a restarted partition computes what its first run would have. */
export type DetectorContext = Readonly<Record<string, number | boolean | readonly number[]>>;

/** What a value of the mask means in the result's attributes. */
export interface MaskClass {
  /** 1–255; 0 is background */
  readonly value: number;
  /** `object_type` of the features */
  readonly objectType: string;
  /** `class_id` of the features */
  readonly classId: string;
}

/** How the mask becomes polygons. */
export interface PolygonRules {
  /** m²; smaller polygons are left out */
  readonly minArea: number;
  /** m²; smaller holes are filled */
  readonly minHole: number;
  /** Largest distance of the outline from the mask's edge, in pixels of the working grid; 0 keeps every pixel corner. */
  readonly tolerance: number;
}

/** How packed probabilities become objects that lie apart. */
export interface ObjectRules {
  /** 0–1: a pixel belongs to an object from this probability on. */
  readonly threshold: number;
  /** 0–1: an object's core is where its interior has at least this probability. */
  readonly core: number;
  /** 0–1, rising, above `core`: at each a core that falls into several becomes several objects. */
  readonly splits?: readonly number[];
  /** px; how far an object reaches beyond its core */
  readonly reach: number;
  /** m²; smaller cores are chance */
  readonly leastCore: number;
  /** m², no less than `leastCore`; what falls off a core and is smaller is no object of its own */
  readonly leastPart: number;
}

/** Runs learned networks; handed in by the engine's entries, for it needs machine code. */
export interface Networks {
  /**
   * Packed probabilities of a window's pixels, width·height bytes: that of an object in sixteenths (0–15) times 16, plus that of
   * an object's interior. 0 where nothing is valid. Throws `engine.network_unavailable`.
   */
  run(weights: string, window: RgbWindow): Promise<Uint8Array>;
}

export interface Detector {
  /** With `objects` one class: the mask holds packed probabilities, not classes. */
  readonly classes: readonly MaskClass[];
  readonly polygons: PolygonRules;
  readonly objects?: ObjectRules;
  /** Of one with `objects`: whether these are weighed at a working pixel size (m), or only found or not; always when absent. */
  weighs?(gsd: number): boolean;
  /** The pixel size (m) to work at for imagery of this pixel size (m). */
  workingGsd(imageGsd: number): number;
  /** How many pixels around a pixel its class may depend on, at a working pixel size (m). */
  margin(gsd: number): number;
  /**
   * Looks at samples of the source and derives what holds for all of it (thresholds, radiometry).
   * Throws `engine.needs_colour` when the imagery has one band and the model cannot do without colour.
   */
  prepare(source: PixelSource, signal?: AbortSignal): Promise<DetectorContext>;
  /**
   * The class of every pixel of a window: width·height values of `classes`, 0 for background and for pixels that are not
   * valid. Only pixels farther than `margin` from the window's border (or at the border of the source) are final.
   */
  classify(
    window: RgbWindow,
    gsd: number,
    context: DetectorContext,
    networks: Networks,
  ): Uint8Array | Promise<Uint8Array>;
}

export interface Model {
  readonly info: ModelInfo;
  readonly detector: Detector;
}

/** Rows of the class mask over the whole width of the working grid, from the top down without gaps. */
export interface MaskBand {
  /** First row, px of the working grid */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** width·height class values, row by row */
  readonly classes: Uint8Array;
}
