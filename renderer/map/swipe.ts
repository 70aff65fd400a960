import type Layer from 'ol/layer/Layer';
import type Map from 'ol/Map';
import { getRenderPixel } from 'ol/render';
import type RenderEvent from 'ol/render/Event';

/** Where the swipe line stands, 0–1 of the map's width; null draws everything. */
type Position = () => number | null;

/** Draws a layer only to the right of the swipe line. Returns the function that ends it. */
export function clipRightOf(layer: Layer, map: Map, position: Position): () => void {
  const before = (event: RenderEvent): void => {
    const at = position();
    const size = map.getSize();
    if (at === null || !size) return;
    const [width = 0, height = 0] = size;
    const left = width * at;
    const context: unknown = event.context;
    if (context instanceof WebGL2RenderingContext || context instanceof WebGLRenderingContext) {
      const [x1 = 0, y1 = 0] = getRenderPixel(event, [left, height]);
      const [x2 = 0, y2 = 0] = getRenderPixel(event, [width, 0]);
      context.enable(context.SCISSOR_TEST);
      context.scissor(Math.round(x1), Math.round(y1), Math.max(0, Math.round(x2 - x1)), Math.round(y2 - y1));
    } else if (context instanceof CanvasRenderingContext2D) {
      context.save();
      context.beginPath();
      for (const [index, corner] of [
        [left, 0],
        [width, 0],
        [width, height],
        [left, height],
      ].entries()) {
        const [x = 0, y = 0] = getRenderPixel(event, corner);
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
      context.clip();
    }
  };
  const after = (event: RenderEvent): void => {
    if (position() === null) return;
    const context: unknown = event.context;
    if (context instanceof WebGL2RenderingContext || context instanceof WebGLRenderingContext) {
      context.disable(context.SCISSOR_TEST);
    } else if (context instanceof CanvasRenderingContext2D) {
      context.restore();
    }
  };
  layer.on('prerender', before);
  layer.on('postrender', after);
  return () => {
    layer.un('prerender', before);
    layer.un('postrender', after);
  };
}
