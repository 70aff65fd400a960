import type { OverviewJob } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

/** The overviews that are being built. */
export interface OverviewsPort {
  list(): readonly OverviewJob[];
  pause(rasterId: string): void;
  resume(rasterId: string): void;
  cancel(rasterId: string): void;
}

export function overviewsHandlers(overviews: OverviewsPort): AreaHandlers<'overviews'> {
  return {
    'overviews.list': () => overviews.list(),
    'overviews.pause': ({ rasterId }) => overviews.pause(rasterId),
    'overviews.resume': ({ rasterId }) => overviews.resume(rasterId),
    'overviews.cancel': ({ rasterId }) => overviews.cancel(rasterId),
  };
}
