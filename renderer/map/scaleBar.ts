import { formatLength } from '../format/numbers';

export interface ScaleBar {
  /** px */
  readonly width: number;
  readonly text: string;
}

/** The longest round length (1, 2 or 5 times a power of ten metres) that is not wider than `mostWidth` px. */
export function scaleBar(metresPerPixel: number, mostWidth: number): ScaleBar | null {
  const longest = metresPerPixel * mostWidth;
  if (!Number.isFinite(longest) || longest <= 0) return null;
  const power = 10 ** Math.floor(Math.log10(longest));
  const step = [5, 2, 1].find((digit) => digit * power <= longest) ?? 1;
  const length = step * power;
  return { width: length / metresPerPixel, text: formatLength(length) };
}
