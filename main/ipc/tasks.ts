import type { OverviewJob, Processing, TaskView, Upload } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

const uploading: ReadonlySet<Upload['state']> = new Set([
  'waiting',
  'sending',
  'offline',
  'verifying',
  'preparing',
]);
const processing: ReadonlySet<string> = new Set(['UNPROCESSED', 'IN_PROGRESS', 'AWAITING']);

/** Everything that takes its time, for the status bar. */
export function tasksOf(
  uploads: readonly Upload[],
  processings: readonly Processing[],
  overviews: readonly OverviewJob[] = [],
): readonly TaskView[] {
  const sending = uploads
    .filter((upload) => uploading.has(upload.state))
    .map(({ id, name, bytesConfirmed, bytesTotal }): TaskView => ({
      id: `upload:${id}`,
      kind: 'upload',
      label: name,
      progress: bytesTotal > 0 ? bytesConfirmed / bytesTotal : null,
    }));
  const running = processings
    .filter(({ status }) => processing.has(status))
    .map(({ id, name, percent }): TaskView => ({
      id: `processing:${id}`,
      kind: 'processing',
      label: name,
      progress: percent / 100,
    }));
  const fetching = processings
    .filter(({ resultState }) => resultState === 'fetching')
    .map(({ id, name }): TaskView => ({ id: `result:${id}`, kind: 'result', label: name, progress: null }));
  const building = overviews
    .filter(({ state }) => state === 'building')
    .map(({ rasterId, name, progress }): TaskView => ({
      id: `overviews:${rasterId}`,
      kind: 'overviews',
      label: name,
      progress,
    }));
  return [...sending, ...running, ...fetching, ...building];
}

export function tasksHandlers(tasks: () => readonly TaskView[]): AreaHandlers<'tasks'> {
  return { 'tasks.list': () => tasks() };
}
