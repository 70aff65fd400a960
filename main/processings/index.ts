export type { MapflowProcessings, ProcessingStore, ResultKeeper, WithClient } from './ports';
export type { Billing } from './ordering';
export { Processings, type ProcessingsListener, type ProcessingsPorts } from './processings';
export { Projects } from './projects';
export { localPace, remotePace, Watch, type Pace } from './watch';
