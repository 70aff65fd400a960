import type { Frame, FrameComponent } from './frame';
import type { HuffmanTable } from './huffman';

/** A component while it is decoded. */
export interface Component extends FrameComponent {
  /** Samples of it that the picture has, across and down. */
  readonly width: number;
  readonly height: number;
  /** Blocks that hold them, and blocks stored by interleaved scans, which are padded to whole MCUs. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  readonly storedAcross: number;
  readonly storedDown: number;
  /** Decoded samples, rows `stride` apart. Grey until decoded. */
  readonly samples: Uint8ClampedArray;
  readonly stride: number;
  /** Coefficients of all blocks, zigzag order undone; null where blocks are finished one by one. */
  readonly coefficients: Int16Array | null;
  /** Its quantization table at the first scan that uses it, row by row. */
  quantization: Uint16Array | null;
  dcTable: HuffmanTable | null;
  acTable: HuffmanTable | null;
  /** DC predictor. */
  predicted: number;
}

export interface Geometry {
  readonly maxAcross: number;
  readonly maxDown: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
}

export function geometryOf(frame: Frame): Geometry {
  const maxAcross = Math.max(...frame.components.map((component) => component.across));
  const maxDown = Math.max(...frame.components.map((component) => component.down));
  return {
    maxAcross,
    maxDown,
    mcusAcross: Math.ceil(frame.width / (8 * maxAcross)),
    mcusDown: Math.ceil(frame.height / (8 * maxDown)),
  };
}

export function createComponents(frame: Frame, geometry: Geometry, keepCoefficients: boolean): Component[] {
  return frame.components.map((component) => {
    const width = Math.ceil((frame.width * component.across) / geometry.maxAcross);
    const height = Math.ceil((frame.height * component.down) / geometry.maxDown);
    const storedAcross = geometry.mcusAcross * component.across;
    const storedDown = geometry.mcusDown * component.down;
    return {
      ...component,
      width,
      height,
      blocksAcross: Math.ceil(width / 8),
      blocksDown: Math.ceil(height / 8),
      storedAcross,
      storedDown,
      samples: new Uint8ClampedArray(storedAcross * storedDown * 64).fill(128),
      stride: storedAcross * 8,
      coefficients: keepCoefficients ? new Int16Array(storedAcross * storedDown * 64) : null,
      quantization: null,
      dcTable: null,
      acTable: null,
      predicted: 0,
    };
  });
}
