import type { PixelWindow, RasterDescription, WindowPixels } from '@shared/tiff/types';

/**
 * What the engine needs to read rasters and to write pictures. The entries (`process.ts`, `standalone.ts`, the pixel
 * thread) hand in the parts that are fastest in Node, so that the engine itself depends on shared code alone.
 */
export interface RasterAccess {
  /** Opens a GeoTIFF and the files beside it. Throws `tiff.*`. */
  open(path: string): Promise<OpenRaster>;
}

export interface OpenRaster {
  readonly description: RasterDescription;
  /** Samples of a window of `description.levels[level]` (0 is full resolution), all bands. Throws `tiff.*`. */
  readWindow(level: number, window: PixelWindow, signal?: AbortSignal): Promise<WindowPixels>;
  close(): Promise<void>;
}

/** Pixels of a small picture. */
export interface Picture {
  /** px */
  readonly width: number;
  readonly height: number;
  /** width·height·4 bytes */
  readonly rgba: Uint8Array;
}

/** A tile's PNG, JPEG or WebP as pixels. Throws for anything else. */
export type DecodeImage = (bytes: Uint8Array) => Promise<Picture>;

/** width·height·3 bytes of RGB as a JPEG. */
export type JpegEncoder = (rgb: Uint8Array, width: number, height: number) => Promise<Uint8Array>;
