import { randomUUID } from 'node:crypto';
import { AppError, toErrorData } from '@shared/errors';
import type { Bookmark, KeptLayer, Located, PixelValues, Surveyed } from '@shared/ipc/desk';
import type { RecentRaster } from '@shared/library/records';
import type { RasterIdentity } from '@shared/rasterIdentity';
import type { RasterDescription } from '@shared/tiff/types';
import type { AreaHandlers } from './handle';
import { openRasters, type OpeningPorts, type RecentPort } from './rasters';

export interface BookmarksPort {
  list(): readonly Bookmark[];
  get(id: string): Bookmark | null;
  add(bookmark: Bookmark, createdAt: string): void;
  rename(id: string, name: string): void;
  remove(id: string): void;
}

export function bookmarksHandlers(bookmarks: BookmarksPort): AreaHandlers<'bookmarks'> {
  return {
    'bookmarks.list': () => bookmarks.list(),
    'bookmarks.add': ({ name, place }) => {
      const bookmark = { id: randomUUID(), name, place };
      bookmarks.add(bookmark, new Date().toISOString());
      return bookmark;
    },
    'bookmarks.rename': ({ bookmarkId, name }) => {
      bookmarks.rename(bookmarkId, name);
      const renamed = bookmarks.get(bookmarkId);
      if (!renamed) throw new AppError('desk.no_such_bookmark');
      return renamed;
    },
    'bookmarks.remove': ({ bookmarkId }) => bookmarks.remove(bookmarkId),
  };
}

export interface LayerStatesPort {
  onMap(): readonly KeptLayer[];
  keep(layers: readonly KeptLayer[], changedAt: string): void;
}

export function deskHandlers(layers: LayerStatesPort): AreaHandlers<'desk'> {
  return {
    'desk.layers': () => layers.onMap(),
    'desk.keepLayers': ({ layers: all }) => layers.keep(all, new Date().toISOString()),
  };
}

export interface MissingPort {
  readonly path: string;
  readonly identity: RasterIdentity | null;
}

export interface FilesPorts extends OpeningPorts {
  readonly recent: RecentPort & {
    list(): readonly RecentRaster[];
    remove(path: string): void;
    clear(): void;
  };
  survey(paths: readonly string[]): Promise<Surveyed>;
  pixel(request: { id: string; column: number; row: number }): Promise<PixelValues>;
  /** Shows the system's dialog; null when cancelled. */
  choosePlace(path: string): Promise<string | null>;
  placesBeside(
    wanted: string,
    chosen: string,
    missing: readonly MissingPort[],
  ): readonly (MissingPort & { readonly place: string })[];
  /** Throws when the file is another raster than the missing one. */
  checkIdentity(missing: MissingPort, place: string, description: RasterDescription): void;
  /** Told after the list of recent files changed. */
  onRecent(): void;
}

export function filesHandlers(ports: FilesPorts): AreaHandlers<'files'> {
  const { recent, survey, pixel } = ports;
  return {
    'files.survey': ({ paths }) => survey(paths),
    'files.forgetRecent': ({ path }) => {
      if (path === null) recent.clear();
      else recent.remove(path);
      ports.onRecent();
    },
    'files.pixel': ({ rasterId, column, row }) => pixel({ id: rasterId, column, row }),
    'files.locate': ({ wanted, missing }) => locate(ports, wanted, missing),
  };
}

async function locate(ports: FilesPorts, wanted: string, missing: readonly MissingPort[]): Promise<Located> {
  const chosen = await ports.choosePlace(wanted);
  const found: Located['found'][number][] = [];
  const failures: Located['failures'][number][] = [];
  if (chosen === null) return { found, failures };
  const itself = missing.find((file) => file.path === wanted) ?? { path: wanted, identity: null };
  try {
    found.push({ path: wanted, raster: await openIfSame(ports, itself, chosen) });
  } catch (error) {
    return { found, failures: [{ path: chosen, error: toErrorData(error) }] };
  }
  // The others were not asked for: where one is not there, or is another, it stays missing.
  for (const file of ports.placesBeside(wanted, chosen, missing)) {
    const raster = await openIfSame(ports, file, file.place).catch(() => null);
    if (raster) found.push({ path: file.path, raster });
  }
  return { found, failures };
}

async function openIfSame(ports: FilesPorts, missing: MissingPort, place: string) {
  const { rasters, failures } = await openRasters(ports, [place]);
  const [raster] = rasters;
  const [failure] = failures;
  if (!raster) throw new AppError(failure?.error.kind ?? 'app.unexpected', failure?.error.params ?? {});
  try {
    ports.checkIdentity(missing, place, raster.description);
  } catch (error) {
    await ports.rasters.close(raster.id);
    throw error;
  }
  if (place !== missing.path) ports.recent.remove(missing.path);
  return raster;
}
