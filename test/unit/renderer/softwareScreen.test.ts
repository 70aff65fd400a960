import type { FrameState } from 'ol/Map';
import type OlMap from 'ol/Map';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PictureMaker } from '../../../renderer/map/pictureMaker';
import { SoftwareScreen } from '../../../renderer/map/softwareScreen';

const TIMEOUT_EXPIRED = 1;

/** A screen of a map whose graphics process is done when it is told so. */
function screenOfFakes() {
  const shown: unknown[] = [];
  const canvas = {
    width: 0,
    height: 0,
    style: {} as Record<string, string>,
    getContext: () => ({ transferFromImageBitmap: (bitmap: unknown) => shown.push(bitmap) }),
  };
  vi.stubGlobal('document', { createElement: () => canvas });
  vi.stubGlobal('window', { devicePixelRatio: 2 });
  const state = { done: false, renders: 0, settled: 0, fails: false, lost: false };
  const gl = {
    TIMEOUT_EXPIRED,
    drawingBufferWidth: 20,
    drawingBufferHeight: 10,
    createBuffer: () => ({}),
    bindFramebuffer: vi.fn(),
    bindBuffer: vi.fn(),
    bufferData: vi.fn(),
    readPixels: vi.fn(),
    fenceSync: () => ({}),
    flush: vi.fn(),
    deleteSync: vi.fn(),
    getBufferSubData: vi.fn(),
    isContextLost: () => state.lost,
    clientWaitSync: () => (state.done ? 0 : TIMEOUT_EXPIRED),
  };
  let composed: (() => void)[] = [];
  const map = {
    once: (_type: string, then: () => void) => composed.push(then),
    render: () => state.renders++,
  };
  const pictures: Pick<PictureMaker, 'make'> = {
    make: ({ pixels }) =>
      state.fails
        ? Promise.reject(new Error('died'))
        : Promise.resolve({ bitmap: `picture ${shown.length + 1}` as unknown as ImageBitmap, pixels }),
  };
  const screen = new SoftwareScreen(
    map as unknown as OlMap,
    gl as unknown as WebGL2RenderingContext,
    () => state.settled++,
    pictures,
  );
  const compose = (): void => {
    const now = composed;
    composed = [];
    for (const then of now) then();
  };
  return { screen, canvas, state, shown, gl, compose };
}

/** A view that has moved by so many pixels to the right. */
const frameAt = (x: number): FrameState =>
  ({
    size: [10, 5],
    coordinateToPixelTransform: [1, 0, 0, 1, x, 0],
    pixelToCoordinateTransform: [1, 0, 0, 1, -x, 0],
  }) as unknown as FrameState;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a picture is ordered once all layers have drawn, and shown when it is there', async () => {
  const { screen, canvas, state, shown, gl, compose } = screenOfFakes();
  expect(screen.hold(frameAt(0))).toBeNull();
  screen.show(frameAt(0));
  screen.show(frameAt(0));
  expect(screen.isBusy).toBe(true);
  compose();
  expect(gl.readPixels).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toEqual([]);
  state.done = true;
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toEqual(['picture 1']);
  expect(canvas).toMatchObject({ width: 20, height: 10, style: { width: '10px', height: '5px' } });
  expect(canvas.style['transform']).toBe('none');
  expect(screen.isBusy).toBe(false);
  expect(state).toMatchObject({ settled: 1, renders: 0 });
});

test('while a picture is on its way the one before moves along, and then the map is drawn again', async () => {
  const { screen, canvas, state, shown, compose } = screenOfFakes();
  state.done = true;
  screen.show(frameAt(0));
  compose();
  await vi.advanceTimersByTimeAsync(50);
  state.done = false;
  screen.show(frameAt(0));
  compose();
  expect(screen.hold(frameAt(7))).toBe(screen.element);
  expect(canvas.style['transform']).toBe('matrix(1, 0, 0, 1, 7, 0)');
  state.done = true;
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toHaveLength(2);
  // The picture of the frame before lies where the view is by now.
  expect(canvas.style['transform']).toBe('matrix(1, 0, 0, 1, 7, 0)');
  expect(state).toMatchObject({ settled: 1, renders: 1 });
});

test('a frame without anything to see is not waited for, unless it takes something away', async () => {
  const { screen, state, shown, compose } = screenOfFakes();
  state.done = true;
  screen.show(frameAt(0), true);
  expect(screen.isBusy).toBe(false);
  screen.show(frameAt(0));
  compose();
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toHaveLength(1);
  screen.show(frameAt(0), true);
  compose();
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toHaveLength(2);
});

test('who waits hears of the picture, not of the drawing', async () => {
  const { screen, state, compose } = screenOfFakes();
  const heard = vi.fn();
  screen.whenShown(heard);
  screen.show(frameAt(0));
  compose();
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).not.toHaveBeenCalled();
  state.done = true;
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('pixels that are lost on the way are drawn again', async () => {
  const { screen, state, shown, compose } = screenOfFakes();
  Object.assign(state, { done: true, fails: true });
  screen.show(frameAt(0));
  compose();
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toEqual([]);
  expect(screen.isBusy).toBe(false);
  expect(state).toMatchObject({ settled: 0, renders: 1 });
});

test('a lost context ends the waiting', async () => {
  const { screen, state, shown, compose } = screenOfFakes();
  screen.show(frameAt(0));
  compose();
  Object.assign(state, { done: true, lost: true });
  await vi.advanceTimersByTimeAsync(50);
  expect(shown).toEqual([]);
  expect(screen.isBusy).toBe(false);
  expect(screen.isLost).toBe(true);
});
