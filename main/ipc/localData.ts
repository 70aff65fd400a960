import type { LocalDataset } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface LocalDataPort {
  list(): readonly LocalDataset[];
  add(paths: readonly string[]): readonly LocalDataset[];
  remove(path: string): readonly LocalDataset[];
}

/** The system's dialog; empty when cancelled. */
export interface LocalDataDialogs {
  chooseLocalData(): Promise<readonly string[]>;
}

export function localDataHandlers(data: LocalDataPort, dialogs: LocalDataDialogs): AreaHandlers<'localData'> {
  return {
    'localData.list': () => data.list(),
    'localData.add': async () => data.add(await dialogs.chooseLocalData()),
    'localData.remove': ({ path }) => data.remove(path),
  };
}
