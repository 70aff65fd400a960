import { OverviewBuild, type BuildOptions, type BuiltOverviews } from '../../main/overviews';
import { openFile } from '../../main/rasters';
import { overviewsHere } from './overviewThreads';

/** Builds the overviews of a file beside it, in this thread. */
export async function buildOverviews(
  path: string,
  options: Partial<BuildOptions> = {},
): Promise<BuiltOverviews> {
  const without = ['.ovr'];
  const { raster, identity, close } = await openFile(path, without);
  const threads = overviewsHere();
  try {
    return await new OverviewBuild({
      raster,
      source: { path, ...identity },
      without,
      target: `${path}.ovr`,
      startThread: threads.start,
      threads: 2,
      ...options,
    }).run();
  } finally {
    await threads.close();
    await close();
  }
}
