import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { toErrorData } from '@shared/errors';
import type { OpenedRasters } from '@shared/ipc/contract';
import type { GrowingState } from '@shared/tiff/overviews';
import type { RasterDescription } from '@shared/tiff/types';
import type { BandStatistics, RasterInfo } from '@shared/ipc/types';
import type { KeptLayer } from '@shared/ipc/desk';
import type { RecentRaster } from '@shared/library/records';
import type { AreaHandlers } from './handle';
import { describeRaster } from './rasterInfo';

/** Reads rasters, in a process of its own. */
export interface RastersPort {
  open(path: string): Promise<{ readonly id: string; readonly description: RasterDescription }>;
  close(rasterId: string): Promise<void>;
  readBlocks(request: {
    readonly id: string;
    readonly kind: 'image' | 'mask';
    readonly level: number;
    readonly indices: readonly number[];
  }): Promise<readonly (Uint8Array | null)[]>;
  /** What there is of overviews that are being built; null where none are. */
  growing(rasterId: string): GrowingState | null;
  /** As readBlocks, of overviews that are being built. */
  readGrowing(request: {
    readonly id: string;
    readonly kind: 'image' | 'mask';
    readonly level: number;
    readonly indices: readonly number[];
  }): Promise<readonly (Uint8Array | null)[]>;
  storedBlocks(rasterId: string, level: number): Promise<Uint8Array | null>;
  preview(rasterId: string, bands: readonly number[] | null): Promise<Uint8Array | Float32Array | null>;
  statistics(rasterId: string): Promise<readonly BandStatistics[]>;
  saveCog(
    rasterId: string,
    target: string,
    options: { readonly signal: AbortSignal; readonly onProgress: (data: unknown) => void },
  ): Promise<unknown>;
}

export interface RecentPort {
  list(): readonly RecentRaster[];
  put(raster: RecentRaster): void;
}

export interface OpeningPorts {
  readonly rasters: RastersPort;
  readonly recent: RecentPort;
  /** What the user set for a raster when it lay on the map before; null where nothing is known. */
  readonly stateOf: (path: string) => KeptLayer['state'] | null;
}

export interface RastersPortsOfWindow extends OpeningPorts {
  /** Shows the system's dialog for a file to write; null when cancelled. */
  readonly chooseCog: (rasterId: string) => Promise<string | null>;
  readonly onSaving: (rasterId: string, progress: number | null) => void;
  /** Shows the system's dialog; empty when cancelled. */
  readonly choose: () => Promise<readonly string[]>;
  /** The path of the synthetic scene, which is made on first use. */
  readonly sample: () => Promise<string>;
}

/**
 * Opens files one after another; one that cannot be opened is told beside those that can. `remembered` ones were open at the
 * last end and are no news for the recent files.
 */
export async function openRasters(
  { rasters, recent, stateOf }: OpeningPorts,
  paths: readonly string[],
  remembered = false,
): Promise<OpenedRasters> {
  const opened: RasterInfo[] = [];
  const kept: Record<string, KeptLayer['state']> = {};
  const failures: OpenedRasters['failures'][number][] = [];
  for (const path of new Set(paths)) {
    try {
      const { id, description } = await rasters.open(path);
      opened.push(describeRaster(id, path, description));
      const state = stateOf(path);
      if (state) kept[id] = state;
      if (!remembered) recent.put({ path, name: basename(path), openedAt: new Date().toISOString() });
    } catch (error) {
      failures.push({ path, error: toErrorData(error) });
    }
  }
  return { rasters: opened, failures, kept };
}

export function rastersHandlers(ports: RastersPortsOfWindow): AreaHandlers<'rasters'> {
  const { rasters, recent, choose, sample } = ports;
  const saving = new Map<string, AbortController>();

  /** One file of a raster at a time: a second wish for the same one ends the first. */
  async function saveCog(rasterId: string): Promise<string | null> {
    const target = await ports.chooseCog(rasterId);
    if (target === null) return null;
    saving.get(rasterId)?.abort();
    const abort = new AbortController();
    saving.set(rasterId, abort);
    const onProgress = (data: unknown): void => {
      const { done, total } = data as { readonly done: number; readonly total: number };
      ports.onSaving(rasterId, done / total);
    };
    ports.onSaving(rasterId, 0);
    try {
      await rasters.saveCog(rasterId, target, { signal: abort.signal, onProgress });
      return target;
    } catch (error) {
      if (abort.signal.aborted) return null;
      throw error;
    } finally {
      if (saving.get(rasterId) === abort) saving.delete(rasterId);
      ports.onSaving(rasterId, null);
    }
  }

  return {
    'rasters.openDialog': async () => openRasters(ports, await choose()),
    'rasters.open': ({ paths, remembered }) => openRasters(ports, paths, remembered),
    'rasters.close': ({ rasterId }) => rasters.close(rasterId),
    'rasters.recent': () => recent.list().map((raster) => ({ ...raster, missing: !existsSync(raster.path) })),
    'rasters.readBlocks': ({ rasterId, ...wanted }) => rasters.readBlocks({ id: rasterId, ...wanted }),
    'rasters.storedBlocks': ({ rasterId, level }) => rasters.storedBlocks(rasterId, level),
    'rasters.preview': ({ rasterId, bands }) => rasters.preview(rasterId, bands),
    'rasters.growing': ({ rasterId }) => rasters.growing(rasterId),
    'rasters.readGrowing': ({ rasterId, ...wanted }) => rasters.readGrowing({ id: rasterId, ...wanted }),
    'rasters.statistics': ({ rasterId }) => rasters.statistics(rasterId),
    'rasters.saveCog': ({ rasterId }) => saveCog(rasterId),
    'rasters.cancelSaveCog': ({ rasterId }) => saving.get(rasterId)?.abort(),
    'rasters.openSample': async () => openRasters(ports, [await sample()]),
  };
}
