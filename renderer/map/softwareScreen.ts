import type { FrameState } from 'ol/Map';
import type OlMap from 'ol/Map';
import { multiply, toString as toCss, type Transform } from 'ol/transform';
import { PictureMaker } from './pictureMaker';

/** ms between two looks whether a picture is there */
const pause = 4;

/** A picture that was ordered from the graphics process. */
interface Ordered {
  readonly sync: WebGLSync;
  readonly width: number;
  readonly height: number;
  readonly frame: Place;
  /** px of the page: what is drawn may have fewer pixels, or more */
  readonly size: readonly number[];
}

/** Where a picture lies on the ground. */
interface Place {
  readonly toPixel: Transform;
  readonly toCoordinate: Transform;
}

type Listener = () => void;

/** The screens of a map, and who wants to know when what they were asked for is to be seen. */
const screens = new WeakMap<OlMap, Map<unknown, SoftwareScreen>>();
const listeners = new WeakMap<OlMap, Listener>();

/** One for all screens, there from the first on. */
let maker: PictureMaker | null = null;

/** Makes ready what the first picture will need. */
export function warmUpScreens(): void {
  maker ??= new PictureMaker();
  const dot = { pixels: new Uint8Array(4), width: 1, height: 1 };
  void maker.make(dot).catch(() => undefined);
}

/** Whether what a context draws has to be read back to be seen. */
export const isReadBack = (gl: WebGLRenderingContext): gl is WebGL2RenderingContext => 'fenceSync' in gl;

/** The screen for what a map draws with a context; null where the context needs none. */
export function screenOf(map: OlMap, gl: WebGLRenderingContext): SoftwareScreen | null {
  if (!isReadBack(gl)) return null;
  const all = screens.get(map) ?? new Map<unknown, SoftwareScreen>();
  screens.set(map, all);
  const known = all.get(gl);
  if (known) return known;
  for (const [context, screen] of all) if (screen.isLost) all.delete(context);
  const made = new SoftwareScreen(map, gl, () => listeners.get(map)?.());
  all.set(gl, made);
  return made;
}

/** Whether all that a map has drawn is to be seen. */
export function isShown(map: OlMap): boolean {
  return [...(screens.get(map)?.values() ?? [])].every((screen) => !screen.isBusy);
}

/** Calls back whenever what was drawn last has come to be seen, and nothing more is to be drawn. One listener a map. */
export function onShown(map: OlMap, listener: Listener): void {
  listeners.set(map, listener);
}

/**
 * Shows what was drawn with a context where there is no graphics card. There the window's thread would stand still with each
 * frame until the graphics process has painted it, because the browser reads such a canvas as it puts the page together. So that
 * canvas is in no page: its pixels are ordered, fetched when they are there and put on this one, and meanwhile the picture from
 * before moves along with the map. Nothing is drawn while a picture is on its way.
 */
export class SoftwareScreen {
  readonly element = document.createElement('canvas');
  readonly #context: ImageBitmapRenderingContext;
  readonly #buffer: WebGLBuffer | null;
  #bufferBytes = 0;
  #pixels = new Uint8Array(0);
  #ordered: Ordered | null = null;
  #ordering = false;
  /** Of the frame that was asked for last; what is shown is laid there. */
  #wanted: Place | null = null;
  #shown: Place | null = null;
  /** A frame came that was not drawn. */
  #late = false;
  #waiting: Listener[] = [];

  constructor(
    private readonly map: OlMap,
    private readonly gl: WebGL2RenderingContext,
    private readonly onshown: Listener,
    private readonly pictures: Pick<PictureMaker, 'make'> = (maker ??= new PictureMaker()),
  ) {
    Object.assign(this.element.style, { position: 'absolute', left: '0', top: '0', transformOrigin: '0 0' });
    const context = this.element.getContext('bitmaprenderer');
    if (!context) throw new Error('the window has no canvas');
    this.#context = context;
    this.#buffer = gl.createBuffer();
  }

  /** The context is gone, and another one draws by now. */
  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  get isBusy(): boolean {
    return this.#ordered !== null || this.#ordering;
  }

  /** Instead of drawing: the picture that is there, moved. Null when it is time to draw. */
  hold(frame: FrameState): HTMLElement | null {
    if (!this.#ordered) return null;
    this.#late = true;
    this.#place(frame);
    return this.element;
  }

  /**
   * Called by each layer that has drawn: the picture is ordered when all have. Nothing is not waited for, as long as there is
   * nothing to be taken away: what comes next is to be seen so much sooner.
   */
  show(frame: FrameState, isEmpty = false): HTMLElement {
    if (this.#ordering || this.#ordered || (isEmpty && !this.#shown)) return this.element;
    this.#ordering = true;
    this.#place(frame);
    this.map.once('postcompose', () => {
      this.#ordering = false;
      this.#order(frame);
    });
    return this.element;
  }

  /** Calls back once, when what is drawn in this frame is to be seen. */
  whenShown(then: Listener): void {
    this.#waiting.push(then);
  }

  #order(frame: FrameState): void {
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const bytes = width * height * 4;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#buffer);
    if (this.#bufferBytes !== bytes) {
      this.#bufferBytes = bytes;
      gl.bufferData(gl.PIXEL_PACK_BUFFER, bytes, gl.STREAM_READ);
    }
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (!sync) return;
    this.#ordered = { sync, width, height, frame: placeOf(frame), size: [...frame.size] };
    this.#late = false;
    setTimeout(this.#look, pause);
  }

  readonly #look = (): void => {
    const { gl } = this;
    const ordered = this.#ordered;
    if (!ordered) return;
    if (gl.clientWaitSync(ordered.sync, 0, 0) === gl.TIMEOUT_EXPIRED) {
      setTimeout(this.#look, pause);
      return;
    }
    gl.deleteSync(ordered.sync);
    void this.#paint(ordered)
      // The pixels are lost with the thread that had them: they are drawn again.
      .catch(() => (this.#late = true))
      .then(() => {
        this.#ordered = null;
        for (const then of this.#waiting.splice(0)) then();
        if (this.#late) this.map.render();
        else this.onshown();
      });
  };

  /** Leaves the picture from before where there is none: the context was lost, and all will be drawn again. */
  async #paint({ width, height, frame, size }: Ordered): Promise<void> {
    const { gl, element } = this;
    if (gl.isContextLost()) return;
    const bytes = width * height * 4;
    if (this.#pixels.length !== bytes) this.#pixels = new Uint8Array(bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, this.#buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, this.#pixels);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    const made = await this.pictures.make({ pixels: this.#pixels, width, height });
    this.#pixels = made.pixels;
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    Object.assign(element.style, { width: `${size[0]}px`, height: `${size[1]}px` });
    this.#context.transferFromImageBitmap(made.bitmap);
    this.#shown = frame;
    this.#move();
  }

  #place(frame: FrameState): void {
    this.#wanted = placeOf(frame);
    this.#move();
  }

  #move(): void {
    if (!this.#wanted || !this.#shown) return;
    const { toPixel } = this.#wanted;
    const same = this.#shown.toPixel.every((value, index) => value === toPixel[index]);
    this.element.style.transform = same
      ? 'none'
      : toCss(multiply([...toPixel] as Transform, this.#shown.toCoordinate));
  }
}

/** The map library writes into these arrays anew with every frame. */
function placeOf({ coordinateToPixelTransform, pixelToCoordinateTransform }: FrameState): Place {
  return { toPixel: [...coordinateToPixelTransform], toCoordinate: [...pixelToCoordinateTransform] };
}
