import { m } from '@shared/i18n';
import { withServices, type DeskOptions } from './desk';
import { bytes, say, sayJson, sentence, table } from './output';

export interface ListOptions extends DeskOptions {
  readonly json?: boolean;
}

/** Processings as last heard of; asks no server. */
export async function jobs(options: ListOptions): Promise<void> {
  await withServices(options, async ({ processings }) => {
    const all = processings.list();
    if (options.json) return sayJson({ processings: all });
    if (all.length === 0) return say(m.cli_no_processings());
    const rows = all.map(({ id, name, modelName, status, percent, resultState, result }) => [
      id,
      name,
      modelName,
      status === 'IN_PROGRESS' ? `${percent} %` : status,
      resultState === 'ready' ? m.cli_features({ count: result?.featureCount ?? 0 }) : resultState,
    ]);
    const head = [
      m.cli_column_id(),
      m.cli_column_name(),
      m.cli_column_model(),
      m.cli_column_status(),
      m.cli_column_result(),
    ];
    return say(table([head, ...rows]));
  });
}

/** Uploads with their state. */
export async function uploads(options: ListOptions): Promise<void> {
  await withServices(options, async (services) => {
    const all = services.uploads.list();
    if (options.json) return sayJson({ uploads: all });
    if (all.length === 0) return say(m.cli_no_uploads());
    const rows = all.map(({ name, mosaicName, state, chunksConfirmed, chunksTotal, bytesTotal, error }) => [
      name,
      mosaicName,
      state,
      `${chunksConfirmed}/${chunksTotal}`,
      bytes(bytesTotal),
      error ? sentence(error) : '',
    ]);
    const head = [
      m.cli_column_file(),
      m.cli_column_mosaic(),
      m.cli_column_state(),
      m.cli_column_chunks(),
      m.cli_column_size(),
      '',
    ];
    return say(table([head, ...rows]));
  });
}
