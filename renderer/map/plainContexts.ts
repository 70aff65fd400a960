import { acceptFloatTextures } from './floatTextures';

type GetContext = (kind: string, attributes?: object) => unknown;

/**
 * Contexts of the graphics card as the map needs them; called once, before the first map.
 *
 * Without smoothing of edges: the map library asks for it and has no option to leave it; all that it draws are rectangles of
 * tiles side by side, so it costs four times the memory of the window and a pass over it with every frame, and changes no pixel.
 * And where there is no graphics card, of WebGL 2, whose pixels can be fetched without waiting for them (`softwareScreen.ts`).
 */
export function usePlainContexts(
  canvas: { getContext: unknown } = HTMLCanvasElement.prototype,
  isSoftware: () => boolean = drawsInSoftware,
): void {
  const original = canvas.getContext as GetContext;
  canvas.getContext = function (this: HTMLCanvasElement, kind: string, attributes?: object): unknown {
    const get = (kinds: string, more: object): unknown =>
      original.call(this, kinds, { ...attributes, ...more });
    if (!kind.includes('webgl') || (attributes && 'failIfMajorPerformanceCaveat' in attributes))
      return original.call(this, kind, attributes);
    if (!isSoftware() || kind === 'webgl2') return get(kind, { antialias: false });
    const newer = get('webgl2', { antialias: false, preserveDrawingBuffer: false }) as WebGL2RenderingContext;
    if (!newer) return get(kind, { antialias: false });
    acceptFloatTextures(newer);
    return newer;
  };
}

let software: boolean | null = null;

/** Whether what belongs to the graphics card is done by the processor. */
export function drawsInSoftware(): boolean {
  const probe = { failIfMajorPerformanceCaveat: true };
  return (software ??= document.createElement('canvas').getContext('webgl', probe) === null);
}
