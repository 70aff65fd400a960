/**
 * Canvases of the graphics card without smoothing of edges. The map library asks for it and has no option to leave it; all
 * that it draws are rectangles of tiles side by side, so it costs four times the memory of the window and a pass over it with
 * every frame, and changes no pixel. Called once, before the first map.
 */
export function usePlainContexts(canvas: { getContext: unknown } = HTMLCanvasElement.prototype): void {
  const original = canvas.getContext as (kind: string, attributes?: object) => unknown;
  canvas.getContext = function (this: HTMLCanvasElement, kind: string, attributes?: object): unknown {
    return original.call(
      this,
      kind,
      kind.includes('webgl') ? { ...attributes, antialias: false } : attributes,
    );
  };
}
