import { AppError } from '@shared/errors';
import type { RpcContext } from '@shared/rpc';
import type { PlacedTile } from '@shared/tiff/overviews';
import type { Raster } from '@shared/tiff/types';
import { OverviewBuild, type BuildProgress, type StartBuildThread } from './build';

export interface BuildRequest {
  /** Chosen by the caller, for `pause` and `resume`. */
  readonly id: string;
  readonly path: string;
  readonly target: string;
}

/** What a build tells while it is under way: how far it is, or where new tiles lie. */
export type BuildNews = BuildProgress | { readonly tiles: readonly PlacedTile[] };

/** ms between two words about new tiles */
const TILES_INTERVAL = 200;

export interface WorkerParts {
  open(path: string): Promise<{
    readonly raster: Raster;
    readonly identity: { readonly size: number; readonly mtimeMs: number };
    close(): Promise<void>;
  }>;
  readonly startThread: StartBuildThread;
  readonly threads: number;
}

/** What the process that builds overviews answers. Aborting a build ends it and keeps what is done. */
export function overviewMethods({ open, startThread, threads }: WorkerParts) {
  const running = new Map<string, OverviewBuild>();
  return {
    /** Progress: BuildNews. */
    async build({ id, path, target }: BuildRequest, { signal, progress }: RpcContext) {
      const { raster, identity, close } = await open(path);
      try {
        const source = { path, ...identity };
        const build = new OverviewBuild({
          raster,
          source,
          target,
          startThread,
          threads,
          onProgress: progress,
          onTiles: gathered((tiles) => progress({ tiles } satisfies BuildNews)),
        });
        running.set(id, build);
        const stop = (): void => build.stop();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) throw new AppError('overviews.cancelled');
        const { bytes, damaged } = await build.run();
        return { bytes, damaged };
      } finally {
        running.delete(id);
        await close();
      }
    },
    pause: ({ id }: { readonly id: string }) => Promise.resolve(running.get(id)?.pause()),
    resume: ({ id }: { readonly id: string }) => Promise.resolve(running.get(id)?.resume()),
  };
}

export type OverviewMethods = ReturnType<typeof overviewMethods>;

/** Passes tiles on, the first at once, a few times a second; the last may never be told when the build is over. */
function gathered(tell: (tiles: readonly PlacedTile[]) => void): (tiles: readonly PlacedTile[]) => void {
  let waiting: PlacedTile[] = [];
  let timer: NodeJS.Timeout | null = null;
  const pass = (): void => {
    timer = null;
    if (waiting.length === 0) return;
    tell(waiting);
    waiting = [];
    timer = setTimeout(pass, TILES_INTERVAL);
  };
  return (tiles) => {
    waiting.push(...tiles);
    if (timer === null) pass();
  };
}
