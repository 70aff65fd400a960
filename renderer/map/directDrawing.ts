import type { FrameState } from 'ol/Map';
import { getUid } from 'ol/util';
import type WebGLHelper from 'ol/webgl/Helper';

type Compose = (gl: WebGLRenderingContext, frame: FrameState) => void;

/** What is needed of the map library's helper. */
export type DrawingHelper = Pick<WebGLHelper, 'getGL' | 'getCanvas' | 'prepareDraw' | 'finalizeDraw'>;

const direct = new WeakSet<DrawingHelper>();

/**
 * Makes a layer draw onto the canvas itself. The map library draws every layer into a texture, and that onto the canvas, for
 * effects that nobody asked for: a second pass over all pixels, which takes a third of a frame where there is no graphics card.
 * A layer that is not opaque, or for which something is on the canvas already, goes the long way still.
 * `scaleOf` tells of a frame how many pixels the canvas has for one of the screen's.
 */
export function drawDirectly(helper: DrawingHelper, scaleOf: (frame: FrameState) => number = () => 1): void {
  if (direct.has(helper)) return;
  direct.add(helper);
  const prepare = helper.prepareDraw.bind(helper);
  const finalize = helper.finalizeDraw.bind(helper);
  let short = false;
  helper.prepareDraw = (frame, disableAlphaBlend, enableDepth) => {
    short = isFirstAndOpaque(helper, frame);
    if (short) prepareCanvas(helper, frame, scaleOf(frame), disableAlphaBlend ?? false, enableDepth ?? false);
    else prepare(frame, disableAlphaBlend, enableDepth);
  };
  helper.finalizeDraw = (frame, before?: Compose, after?: Compose) => {
    if (!short) return finalize(frame, before, after);
    const gl = helper.getGL();
    gl.disable(gl.DEPTH_TEST);
    before?.(gl, frame);
    after?.(gl, frame);
  };
}

function isFirstAndOpaque(helper: DrawingHelper, frame: FrameState): boolean {
  const opacity = frame.layerStatesArray[frame.layerIndex]?.opacity;
  return opacity === 1 && !frame.renderTargets[getUid(helper.getCanvas())];
}

function prepareCanvas(
  helper: DrawingHelper,
  frame: FrameState,
  scale: number,
  disableAlphaBlend: boolean,
  enableDepth: boolean,
): void {
  const gl = helper.getGL();
  const canvas = helper.getCanvas();
  const [width = 0, height = 0] = frame.size;
  const wide = Math.ceil(width * frame.pixelRatio * scale);
  const high = Math.ceil(height * frame.pixelRatio * scale);
  if (canvas.width !== wide || canvas.height !== high) {
    Object.assign(canvas, { width: wide, height: high });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
  gl.clearColor(0, 0, 0, 0);
  gl.depthRange(0, 1);
  gl.clearDepth(1);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, disableAlphaBlend ? gl.ZERO : gl.ONE_MINUS_SRC_ALPHA);
  if (enableDepth) {
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
  } else {
    gl.disable(gl.DEPTH_TEST);
  }
  // Whoever comes next must not clear it.
  frame.renderTargets[getUid(canvas)] = true;
}
