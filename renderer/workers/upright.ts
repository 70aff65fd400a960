/** Pixels as WebGL gives them: from the lowest row up, colours multiplied with their opacity. */
export interface RawPicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** The memory of the picture before: fresh memory has to be cleared and mapped by the system. */
let image: ImageData | null = null;

/** What can be put on a canvas. */
export async function pictureOf({ pixels, width, height }: RawPicture): Promise<ImageBitmap> {
  if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
  putUpright(pixels, image.data, width);
  return createImageBitmap(image);
}

/**
 * Rows from the lowest to the uppermost into rows from the uppermost to the lowest, and colours that are multiplied with their
 * opacity into such that are not.
 */
export function putUpright(from: Uint8Array, into: Uint8ClampedArray, width: number): void {
  const pitch = width * 4;
  for (let start = 0, end = from.length; end > 0; start += pitch, end -= pitch) {
    into.set(from.subarray(end - pitch, end), start);
  }
  for (let alpha = 3; alpha < into.length; alpha += 4) {
    const opacity = into[alpha] as number;
    if (opacity === 255 || opacity === 0) continue;
    for (let channel = alpha - 3; channel < alpha; channel++) {
      into[channel] = ((into[channel] as number) * 255) / opacity;
    }
  }
}
