import type { FrameState } from 'ol/Map';
import WebGLTileLayer, { type Options } from 'ol/layer/WebGLTile';
import { newTileRepresentationLookup } from 'ol/renderer/webgl/TileLayerBase';
import TileState from 'ol/TileState';
import { getKey } from 'ol/tilecoord';
import type TileTexture from 'ol/webgl/TileTexture';
import { drawDirectly } from './directDrawing';
import type { RasterSource } from './rasterSource';
import { isReadBack, screenOf, type SoftwareScreen } from './softwareScreen';

/** Pixels that a frame with nothing but the preview has for one of the screen's, each way. */
const PREVIEW_SCALE = 1 / 2;

type Lookup = ReturnType<typeof newTileRepresentationLookup>;

const tilesOf = ({ representationsByZ }: Lookup) =>
  Object.values(representationsByZ).flatMap((some) => [...some]);

/**
 * The map library's tile layer with three habits more: the preview of the whole stands in for what is missing, tiles that left
 * the view are given up, and pixels of full resolution have crisp edges when they are larger than the screen's.
 */
export class RasterTileLayer extends WebGLTileLayer {
  readonly #source: RasterSource;
  readonly #crisp = new WeakSet<WebGLTexture>();
  /** The tiles of the frame that is being drawn, in the grid of the source. */
  #frame: Lookup | null = null;
  #gl: WebGLRenderingContext | null = null;
  #previewReady = false;
  /** Whether there is nothing to see of the frame that is being drawn. */
  #isEmpty = false;
  #marked = false;
  /** Whether the frame that is being drawn has something to see all over, for the first time. */
  #toMark = false;
  #screen: SoftwareScreen | null = null;
  readonly #onpicture: (() => void) | undefined;

  /** `onpicture` is told when there is something to see all over for the first time. */
  constructor({ onpicture, ...options }: Options & { readonly source: RasterSource; onpicture?(): void }) {
    super(options);
    this.#source = options.source;
    this.#onpicture = onpicture;
    this.on('prerender', ({ context }) => {
      this.#gl = context as WebGLRenderingContext;
      this.#frame = null;
      this.#isEmpty = false;
    });
    this.on('postrender', () => {
      if (!this.#frame) return;
      this.#source.keepOnly(this.#wanted(this.#frame));
      this.#lookForPicture(this.#frame);
    });
  }

  override createRenderer() {
    const renderer = super.createRenderer();
    const prepare = renderer.prepareFrame.bind(renderer);
    renderer.prepareFrame = (frame) => {
      const ready = prepare(frame);
      drawDirectly(renderer['helper'], this.#scaleOf);
      return ready;
    };
    const enqueue = renderer.enqueueTiles.bind(renderer);
    renderer.enqueueTiles = (frame, extent, z, lookup, preload) => {
      enqueue(frame, extent, z, lookup, preload);
      if (!this.#isOwnGrid(frame)) return;
      this.#frame = lookup;
      this.#loadPreview((into) => enqueue(frame, extent, this.#source.preview ?? 0, into, 0));
      this.#makeCrisp(lookup);
    };
    return renderer;
  }

  override render(frame: FrameState | null, target: HTMLElement): HTMLElement {
    const held = frame && this.#screen?.hold(frame);
    // A frame in which this layer is not drawn is not the last one.
    if (this.hasRenderer()) this.getRenderer()!.ready = !held;
    if (held) return held;
    const drawn = super.render(frame, target);
    const map = this.getMapInternal();
    const gl = this.#gl;
    this.#screen = frame && map && gl?.canvas === drawn ? screenOf(map, gl) : null;
    if (this.#toMark) {
      this.#toMark = false;
      if (this.#screen) this.#screen.whenShown(() => this.#markFirstPicture());
      else this.#markFirstPicture();
    }
    return frame && this.#screen ? this.#screen.show(frame, this.#isEmpty) : drawn;
  }

  /** Where the raster is not reprojected, the map's tiles are those of the source. */
  #isOwnGrid(frame: FrameState): boolean {
    const { projection } = frame.viewState;
    return this.#source.getTileGridForProjection(projection) === this.#source.getTileGrid();
  }

  /** It must not wait its turn, which comes last: the map library loads fine tiles before coarse ones. */
  #loadPreview(enqueue: (lookup: Lookup) => void): void {
    const { preview } = this.#source;
    if (preview === null) return;
    const lookup = newTileRepresentationLookup();
    enqueue(lookup);
    for (const { ready, tile } of lookup.representationsByZ[preview] ?? []) {
      if (tile.getState() === TileState.IDLE) tile.load();
      this.#previewReady = ready;
    }
  }

  /**
   * A preview has so few pixels that nobody sees whether it is drawn with all of the screen's, and without a graphics card these
   * take their time.
   */
  readonly #scaleOf = ({ layerStatesArray }: FrameState): number => {
    if (!this.#frame || !this.#gl || !isReadBack(this.#gl) || !this.#previewReady) return 1;
    const { preview } = this.#source;
    const isBare = tilesOf(this.#frame).every(({ ready, tile }) => !ready || tile.tileCoord[0] === preview);
    const others = layerStatesArray.filter(({ layer }) => layer !== this && layer instanceof RasterTileLayer);
    return isBare && others.length === 0 ? PREVIEW_SCALE : 1;
  };

  #lookForPicture(lookup: Lookup): void {
    const representations = tilesOf(lookup);
    const all = representations.length > 0 && representations.every(({ ready }) => ready);
    this.#isEmpty = !this.#previewReady && representations.every(({ ready }) => !ready);
    if (this.#marked || !(all || this.#previewReady)) return;
    this.#marked = true;
    this.#toMark = true;
  }

  /** For whoever measures: the time at which there was something to see all over. */
  #markFirstPicture(): void {
    performance.mark('raster-first-picture');
    this.#onpicture?.();
  }

  #makeCrisp(lookup: Lookup): void {
    const gl = this.#gl;
    for (const representation of lookup.representationsByZ[this.#source.finest] ?? []) {
      const { textures, ready } = representation as TileTexture;
      if (!ready || !gl) continue;
      for (const texture of textures) {
        if (this.#crisp.has(texture)) continue;
        this.#crisp.add(texture);
        gl.bindTexture(gl.TEXTURE_2D, texture);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      }
    }
  }

  #wanted(lookup: Lookup): ReadonlySet<string> {
    const wanted = new Set<string>();
    const { preview } = this.#source;
    if (preview !== null) wanted.add(`${preview}/0/0`);
    for (const representations of Object.values(lookup.representationsByZ)) {
      for (const { tile } of representations) wanted.add(getKey(tile.tileCoord));
    }
    return wanted;
  }
}
