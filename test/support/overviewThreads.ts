import { createNodeCodecs, openFile, readBlocks } from '../../main/rasters';
import {
  serveOverviewThread,
  type BuildThread,
  type FromThread,
  type StartBuildThread,
  type UnitOrder,
} from '../../main/overviews';
import { splitStrips } from '@shared/tiff/windowStrips';

/** Threads that fall silent after some units, as if the program had been killed. */
export function dying(here: { readonly start: StartBuildThread }, units: number): StartBuildThread {
  let left = units;
  return (data): BuildThread => {
    const thread = here.start(data);
    let exited: () => void = () => undefined;
    return {
      ...thread,
      onExit: (listener) => (exited = listener),
      onMessage: (listener) =>
        thread.onMessage((message) => {
          if (left > 0) listener(message);
          if (message.kind === 'done' && --left === 0) exited();
        }),
    };
  };
}

/** Builders of overviews that run here instead of in threads; what they opened, `close` closes. */
export function overviewsHere(): { readonly start: StartBuildThread; close(): Promise<void> } {
  const closers: (() => Promise<void>)[] = [];
  const start: StartBuildThread = (data): BuildThread => {
    let give: (order: UnitOrder) => void = () => undefined;
    let tell: (message: FromThread) => void = () => undefined;
    let alive = true;
    serveOverviewThread(
      { postMessage: (message) => alive && tell(message), onMessage: (listener) => (give = listener) },
      data,
      {
        open: async (path, without) => {
          const { raster, close } = await openFile(path, without);
          closers.push(close);
          return { raster: splitStrips(raster), close };
        },
        readBlocks: (raster, level, indices, memory) =>
          readBlocks(raster, level, indices, memory ? { memory } : {}),
        codecs: createNodeCodecs(),
      },
    );
    return {
      post: (order) => give(order),
      onMessage: (listener) => (tell = listener),
      onExit: () => undefined,
      kill: () => (alive = false),
    };
  };
  return { start, close: async () => void (await Promise.all(closers.map((close) => close()))) };
}
