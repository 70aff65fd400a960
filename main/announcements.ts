import { m } from '@shared/i18n';
import type { Processing, TaskView, Upload } from '@shared/ipc/types';
import { tasksOf, type Emit } from './ipc';
import type { Note } from './notifications';
import type { OverviewJobs } from './overviews';
import type { Services } from './services';

/** ms between two lists of tasks */
const tasksGapMs = 250;

export interface AnnouncementPorts {
  readonly services: Services;
  readonly overviews: Pick<OverviewJobs, 'list' | 'onChange'>;
  readonly emit: Emit;
  readonly notify: (note: Note) => void;
  /** Of the uploads together: 0–1, null when none is under way. */
  readonly showProgress: (progress: number | null) => void;
}

/** Tells the window, the task bar and the user what happens in the services. Returns what is under way now. */
export function announce({
  services,
  overviews,
  emit,
  notify,
  showProgress,
}: AnnouncementPorts): () => readonly TaskView[] {
  const { accounts, engine, localData, logging, processings, status, uploads } = services;
  // As they were last announced: nobody reads the ledger again for what has not changed.
  const known = new Map(uploads.list().map((upload) => [upload.id, upload]));
  const finished = new Set([...known.values()].filter(isEnded).map((upload) => upload.id));
  let timer: NodeJS.Timeout | null = null;

  const tasks = (): readonly TaskView[] => tasksOf([...known.values()], processings.list(), overviews.list());
  const tellTasks = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      const now = tasks();
      emit('tasks.changed', now);
      showProgress(overallProgress(now));
    }, tasksGapMs);
    timer.unref();
  };

  overviews.onChange(tellTasks);
  accounts.onChange(() => emit('accounts.changed', accounts.list()));
  status.onChange((now) => emit('accounts.status', now));
  engine.onChange((state) => emit('engine.changed', state));
  engine.onLocalData(() => emit('localData.changed', localData.list()));
  logging.onEntry((entry) => {
    if (entry.level !== 'debug') emit('app.log', entry);
  });
  uploads.listen({
    onUpload: (upload) => {
      known.set(upload.id, upload);
      emit('uploads.changed', upload);
      tellTasks();
      if (!isEnded(upload)) finished.delete(upload.id);
      else if (!finished.has(upload.id)) {
        finished.add(upload.id);
        const note = noteOfUpload(upload);
        if (note) notify(note);
      }
    },
    onChunk: ({ uploadId, index, state }) => emit('uploads.chunk', { uploadId, index, state }),
    onRemoved: (uploadId) => {
      known.delete(uploadId);
      emit('uploads.removed', { uploadId });
    },
  });
  processings.listen({
    onProcessing: (processing) => {
      emit('processings.changed', processing);
      tellTasks();
    },
    onRemoved: (processingId) => {
      emit('processings.removed', { processingId });
      tellTasks();
    },
    onResult: (processing) => notify(noteOfResult(processing)),
  });
  return tasks;
}

function isEnded({ state }: Upload): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

function noteOfUpload({ state, name, mosaicName }: Upload): Note | null {
  if (state === 'done')
    return { title: m.note_uploaded({ name }), body: m.note_uploaded_into({ mosaic: mosaicName }) };
  if (state === 'failed') return { title: m.note_upload_failed({ name }), body: m.note_look_at_uploads() };
  return null;
}

function noteOfResult({ name, result }: Processing): Note {
  return {
    title: m.note_result_ready({ name }),
    body: m.note_features({ count: result?.featureCount ?? 0 }),
  };
}

/** Of the uploads together, for the task bar; null when none is under way. */
function overallProgress(tasks: readonly TaskView[]): number | null {
  const uploads = tasks.filter((task) => task.kind === 'upload');
  if (uploads.length === 0) return null;
  return uploads.reduce((sum, task) => sum + (task.progress ?? 0), 0) / uploads.length;
}
