import { Scene, TileRenderer } from './render';
import { TiledWriter, type JpegEncoder, type SampleCompression } from './geotiff';
import { SUN_METADATA } from './sun';
import { utmDefinition, writeTruth, type TruthCounts } from './truth';

export interface SceneOptions {
  /** Where the GeoTIFF goes. */
  readonly path: string;
  /** Where the truth goes as GeoJSON in longitude and latitude; none is written where absent. */
  readonly truthPath?: string;
  /** px */
  readonly width: number;
  readonly height: number;
  /** m of a pixel; 0.3 by default */
  readonly gsd?: number;
  readonly seed?: number;
  /** A UTM zone on WGS 84; 32633 by default. */
  readonly epsg?: number;
  /** The top left corner in that CRS, m east and north. */
  readonly origin?: { readonly x: number; readonly y: number };
  readonly compression?: SampleCompression;
  /** Needed for JPEG. */
  readonly encodeJpeg?: JpegEncoder;
  /** px of a tile's side, a multiple of 16; 512 by default */
  readonly tileSize?: number;
  readonly onProgress?: (done: { readonly tiles: number; readonly of: number }) => void;
  readonly signal?: AbortSignal;
}

export interface GeneratedScene {
  readonly tiles: number;
  /** bytes of the GeoTIFF */
  readonly bytes: number;
  /** Features of the truth by class; empty where none was asked for. */
  readonly truth: TruthCounts;
}

/** Every sample says that it is none: in its file, in its truth, and wherever a program shows its description. */
export const describeScene = (seed: number): string =>
  `Orthodesk synthetic sample scene, seed ${seed} (SYNTHETIC: no real place)`;

/**
 * Draws a synthetic orthophoto of any size as a tiled GeoTIFF, in memory that does not grow with it, and its exact truth.
 * Equal options give equal bytes. BigTIFF only beyond 4 GiB.
 */
export async function generateScene(options: SceneOptions): Promise<GeneratedScene> {
  const {
    width,
    height,
    gsd = 0.3,
    seed = 1,
    epsg = 32633,
    tileSize = 512,
    compression = 'deflate',
  } = options;
  const origin = options.origin ?? { x: 456_000, y: 5_428_000 };
  utmDefinition(epsg);
  const scene = new Scene(seed);
  const renderer = new TileRenderer(scene, tileSize, gsd);
  const columns = Math.ceil(width / tileSize);
  const rows = Math.ceil(height / tileSize);
  const { encodeJpeg } = options;
  const description = describeScene(seed);
  const metadata = SUN_METADATA;
  const image = {
    width,
    height,
    tileSize,
    compression,
    encodeJpeg,
    gsd,
    epsg,
    origin,
    description,
    metadata,
  };
  const writer = await TiledWriter.create(options.path, image);
  let bytes: number;
  try {
    // While some tiles are compressed on other threads the next is drawn.
    const free = Array.from({ length: 4 }, () => new Uint8Array(tileSize * tileSize * 3));
    const writing: Promise<Uint8Array>[] = [];
    for (let index = 0; index < columns * rows; index++) {
      options.signal?.throwIfAborted();
      const rgb = free.pop() ?? (await (writing.shift() as Promise<Uint8Array>));
      renderer.render((index % columns) * tileSize, Math.floor(index / columns) * tileSize, rgb);
      const written = writer.write(rgb).then(() => rgb);
      // A failure is met when the buffer is needed again; until then it must not count as unhandled.
      written.catch(() => undefined);
      writing.push(written);
      options.onProgress?.({ tiles: index + 1, of: columns * rows });
    }
    await Promise.all(writing);
    bytes = await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  const place = { width, height, gsd, epsg, origin };
  const truth = options.truthPath ? await writeTruth(scene, place, options.truthPath, seed) : {};
  return { tiles: columns * rows, bytes, truth };
}
