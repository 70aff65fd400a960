import { availableParallelism, constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { serveRpc } from '@shared/rpc';
import { overviewMethods, type OverviewMethods } from '../overviews';
import { openFile } from '../rasters';
import { overviewThreads } from './overviewThreads';
import { parentRpcPort } from './parentPort';

/**
 * Builds overviews behind whatever the user does, with what processors nobody else wants: on all but one, and on both where there
 * are two, for the window waits for overviews and has nothing to do meanwhile.
 */
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Where that is not allowed the work has the priority of any other.
}
serveRpc<OverviewMethods>(
  parentRpcPort(),
  overviewMethods({
    open: (path) => openFile(path),
    startThread: overviewThreads(join(__dirname, 'overview-thread.cjs')),
    threads: Math.max(2, availableParallelism() - 1),
  }),
);
