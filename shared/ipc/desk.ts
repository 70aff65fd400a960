import { z } from 'zod';
import type { RasterIdentity } from '../rasterIdentity';
import { call } from './define';
import type { RasterInfo } from './types';
import type { ErrorData } from '../errors';

/** Channels of the desk around the map: what lay on it, bookmarks, base maps, files and folders. */

const id = z.string().min(1).max(200);
const name = z.string().trim().min(1).max(255);
const path = z.string().min(1).max(4096);
const finite = z.number();

const place = z.object({
  lon: finite.min(-540).max(540),
  lat: finite.min(-90).max(90),
  metresPerPixel: finite.positive(),
  rotation: finite,
});

/** A view that can be found again in any coordinate system. */
export interface ViewPlace {
  readonly lon: number;
  readonly lat: number;
  /** Ground metres a screen pixel at the centre. */
  readonly metresPerPixel: number;
  /** radians, clockwise */
  readonly rotation: number;
}

export interface Bookmark {
  readonly id: string;
  readonly name: string;
  readonly place: ViewPlace;
}

const keptLayer = z.object({
  kind: z.enum(['raster', 'result']),
  /** The file's path, or the processing's id. */
  ref: path,
  /** What the user set: plain data of the window's own making; main only keeps it. */
  state: z.record(z.string(), z.unknown()),
});

/** A layer as it is remembered from one start to the next. */
export interface KeptLayer {
  readonly kind: 'raster' | 'result';
  readonly ref: string;
  readonly state: Readonly<Record<string, unknown>>;
}

export interface BaseMap {
  readonly id: string;
  readonly name: string;
  /** With {z}, {x} and {y} (or {-y} where rows count from the south). */
  readonly url: string;
  /** Whom to thank on the map; plain text. */
  readonly attribution: string;
  /** The finest level that the server has. */
  readonly maxZoom: number;
  /** Whether it may lie on this computer or in the local network. */
  readonly allowLocal: boolean;
  /** False for those that the program brings. */
  readonly custom: boolean;
}

export interface TileCacheFacts {
  readonly bytes: number;
  readonly limitBytes: number;
}

/** A raster that was found in a dropped folder. */
export interface FoundRaster {
  readonly path: string;
  /** Below the folder. */
  readonly name: string;
  readonly bytes: number;
}

export interface FoundFolder {
  readonly path: string;
  readonly rasters: readonly FoundRaster[];
  /** True where it held more than are listed. */
  readonly more: boolean;
}

/** What lies behind paths that were dropped. */
export interface Surveyed {
  readonly files: readonly string[];
  readonly folders: readonly FoundFolder[];
}

/** One pixel at full resolution, as the file has it. */
export interface PixelValues {
  readonly values: readonly number[];
  /** False where nodata, mask or alpha say that there is nothing. */
  readonly valid: boolean;
}

/** Layers whose files were found again. */
export interface Located {
  readonly found: readonly { readonly path: string; readonly raster: RasterInfo }[];
  readonly failures: readonly { readonly path: string; readonly error: ErrorData }[];
}

const identity: z.ZodType<RasterIdentity> = z.object({
  fileSize: finite,
  width: finite,
  height: finite,
  bands: finite,
  sampleType: z.string().max(40),
  geotransform: z.array(finite).length(6).nullable(),
});

const none = z.undefined();

export const deskContract = {
  'bookmarks.list': call(none).returns<readonly Bookmark[]>(),
  'bookmarks.add': call(z.object({ name, place })).returns<Bookmark>(),
  'bookmarks.rename': call(z.object({ bookmarkId: id, name })).returns<Bookmark>(),
  'bookmarks.remove': call(z.object({ bookmarkId: id })).returns<void>(),

  /** The layers that lay on the map last, the topmost first. */
  'desk.layers': call(none).returns<readonly KeptLayer[]>(),
  'desk.keepLayers': call(z.object({ layers: z.array(keptLayer).max(2000) })).returns<void>(),

  'basemaps.list': call(none).returns<readonly BaseMap[]>(),
  /** A new one, or another form of one of the user's own. Throws `basemaps.*` for an address that cannot work. */
  'basemaps.save': call(
    z.object({
      id: id.nullable(),
      name,
      url: z.string().trim().min(1).max(2000),
      attribution: z.string().trim().max(500),
      maxZoom: z.int().min(0).max(24),
      allowLocal: z.boolean(),
    }),
  ).returns<BaseMap>(),
  /** With its kept tiles. */
  'basemaps.remove': call(z.object({ baseMapId: id })).returns<void>(),
  'basemaps.cache': call(none).returns<TileCacheFacts>(),
  'basemaps.clearCache': call(none).returns<TileCacheFacts>(),

  /** Files as they are, and what lies in the folders among the paths. */
  'files.survey': call(z.object({ paths: z.array(path).min(1).max(1000) })).returns<Surveyed>(),
  /** Forgets one recent file, or all of them. */
  'files.forgetRecent': call(z.object({ path: path.nullable() })).returns<void>(),
  /** Shows the system's dialog for a file that is gone; the others that lay beside it are looked for in the new place. */
  'files.locate': call(
    z.object({
      wanted: path,
      missing: z
        .array(z.object({ path, identity: identity.nullable() }))
        .min(1)
        .max(2000),
    }),
  ).returns<Located>(),
  'files.pixel': call(
    z.object({ rasterId: id, column: z.int().min(0), row: z.int().min(0) }),
  ).returns<PixelValues>(),
} as const;

/** What main tells the window about the desk. */
export interface DeskEvents {
  /** Whether a base map's server answers; while it does not, only kept tiles are shown. */
  'basemaps.reach': { readonly baseMapId: string; readonly reachable: boolean };
}
