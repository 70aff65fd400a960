import type { FrameState } from 'ol/Map';
import { expect, test } from 'vitest';
import { drawDirectly, type DrawingHelper } from '../../../renderer/map/directDrawing';
import { usePlainContexts } from '../../../renderer/map/plainContexts';

interface Canvas {
  width: number;
  height: number;
  readonly style: Record<string, string>;
}

/** A helper of the map library's kind, and what was asked of it and of its context. */
function helperOf(): { helper: DrawingHelper; canvas: Canvas; calls: string[] } {
  const calls: string[] = [];
  const gl = new Proxy<Record<string, unknown>>(
    { drawingBufferWidth: 200, drawingBufferHeight: 100 },
    {
      get: (known, name: string) =>
        known[name] ??
        (/^[A-Z_]+$/.test(name) ? name : (...values: unknown[]) => calls.push([name, ...values].join(' '))),
    },
  );
  const canvas: Canvas = { width: 1, height: 1, style: {} };
  const helper = {
    getGL: () => gl,
    getCanvas: () => canvas,
    prepareDraw: () => calls.push('into a texture'),
    finalizeDraw: () => calls.push('texture onto canvas'),
  } as unknown as DrawingHelper;
  return { helper, canvas, calls };
}

const frameOf = (opacity: number): FrameState =>
  ({
    size: [100, 50],
    pixelRatio: 2,
    layerIndex: 0,
    layerStatesArray: [{ opacity }],
    renderTargets: {},
  }) as unknown as FrameState;

test('the first opaque layer of a canvas is drawn onto it, cleared and as large as the map', () => {
  const { helper, canvas, calls } = helperOf();
  drawDirectly(helper);
  const frame = frameOf(1);
  helper.prepareDraw(frame, true, true);
  helper.finalizeDraw(frame);
  expect(canvas).toMatchObject({ width: 200, height: 100, style: { width: '100px', height: '50px' } });
  expect(calls).not.toContain('into a texture');
  expect(calls).not.toContain('texture onto canvas');
  expect(calls).toContain('bindFramebuffer FRAMEBUFFER ');
  expect(calls).toContain('blendFunc ONE ZERO');
  expect(calls.filter((call) => call.startsWith('clear '))).toHaveLength(1);
});

test('a frame may be drawn with fewer pixels than the screen has: the page shows it as large as the map', () => {
  const { helper, canvas } = helperOf();
  drawDirectly(helper, () => 1 / 4);
  const frame = frameOf(1);
  helper.prepareDraw(frame, true, true);
  expect(canvas).toMatchObject({ width: 50, height: 25, style: { width: '100px', height: '50px' } });
});

test('a second layer of the same canvas does not clear what the first has drawn', () => {
  const { helper, calls } = helperOf();
  drawDirectly(helper);
  const frame = frameOf(1);
  helper.prepareDraw(frame, true, true);
  helper.finalizeDraw(frame);
  calls.length = 0;
  helper.prepareDraw(frame, true, true);
  helper.finalizeDraw(frame);
  expect(calls).toEqual(['into a texture', 'texture onto canvas']);
});

test('a layer that is not opaque goes the long way, which knows of opacity', () => {
  const { helper, calls } = helperOf();
  drawDirectly(helper);
  const frame = frameOf(0.5);
  helper.prepareDraw(frame, true, true);
  helper.finalizeDraw(frame);
  expect(calls).toEqual(['into a texture', 'texture onto canvas']);
});

test('listeners that draw beside the layer are called on the short way too', () => {
  const { helper } = helperOf();
  drawDirectly(helper);
  drawDirectly(helper);
  const frame = frameOf(1);
  const heard: string[] = [];
  helper.prepareDraw(frame);
  helper.finalizeDraw(
    frame,
    () => heard.push('before'),
    () => heard.push('after'),
  );
  expect(heard).toEqual(['before', 'after']);
});

test('canvases of the graphics card are not smoothed, others are left alone', () => {
  const asked: unknown[] = [];
  const canvas = { getContext: (...values: unknown[]) => asked.push(values) };
  usePlainContexts(canvas, () => false);
  (canvas.getContext as (...values: unknown[]) => unknown)('webgl', { antialias: true, depth: true });
  (canvas.getContext as (...values: unknown[]) => unknown)('2d', { alpha: false });
  expect(asked).toEqual([
    ['webgl', { antialias: false, depth: true }],
    ['2d', { alpha: false }],
  ]);
});
