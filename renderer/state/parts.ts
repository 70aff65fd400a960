import { m } from '@shared/i18n';
import type { Api } from '../bridge';
import { Accounts } from './accounts.svelte';
import { AreaOfInterest } from './aoi.svelte';
import { App } from './appInfo.svelte';
import { BaseMaps } from './baseMaps.svelte';
import { Bookmarks } from './bookmarks.svelte';
import { Camera } from './camera.svelte';
import { Clock } from './clock.svelte';
import { Compare } from './compare.svelte';
import { Connections } from './connections.svelte';
import { LocalData } from './localData.svelte';
import { Dialogs } from './dialogs.svelte';
import { ProcessingDraft } from './draft.svelte';
import { Highlight } from './highlight.svelte';
import { Identify } from './identify.svelte';
import { Jobs } from './jobs.svelte';
import { LayerStack } from './layers.svelte';
import { Layout } from './layout.svelte';
import { Log } from './log.svelte';
import { Measure } from './measure.svelte';
import { Memory } from './memory.svelte';
import { Mosaics, Projects } from './mosaics.svelte';
import { Overviews } from './overviews.svelte';
import { Problems } from './problems.svelte';
import { Quality } from './quality.svelte';
import { Rasters } from './rasters.svelte';
import { Settings } from './settings.svelte';
import { Table } from './table.svelte';
import { Tasks } from './tasks.svelte';
import { Tools } from './tools.svelte';
import { Uploads } from './uploads.svelte';

const fileName = (path: string): string => path.split(/[\\/]/).pop() ?? path;

/** The parts of the window's state, built and joined; nothing is read yet. */
export function createParts(api: Api) {
  const problems = new Problems(api);
  const settings = new Settings(api);
  const layout = new Layout(settings);
  const app = new App(api);
  const accounts = new Accounts(api);
  const layers = new LayerStack();
  const rasters = new Rasters(api, layers, problems);
  const memory = new Memory(api, settings, layers, rasters);
  const overviews = new Overviews(api, layers, problems);
  const mosaics = new Mosaics(api);
  const projects = new Projects(api);
  const uploads = new Uploads(api);
  const aoi = new AreaOfInterest();
  const draft = new ProcessingDraft(api, { accounts, layers, uploads, mosaics, projects, aoi });
  const jobs = new Jobs(api, layers, problems);
  const table = new Table(api);
  const quality = new Quality(api, layers, problems, table);
  const tasks = new Tasks(api);
  const log = new Log(api);
  const connections = new Connections(api);
  const localData = new LocalData(api);
  const dialogs = new Dialogs();
  const tools = new Tools();
  const compare = new Compare(layers);
  const camera = new Camera();
  const bookmarks = new Bookmarks(api, camera);
  const baseMaps = new BaseMaps(api, settings);
  const identify = new Identify(api);
  const measure = new Measure();
  const highlight = new Highlight();
  const clock = new Clock();

  const exportResult = async (processingId: string, format: 'gpkg' | 'geojson'): Promise<void> => {
    await problems.attempt(async () => {
      const path = await jobs.exportResult(processingId, format);
      if (path !== null) problems.succeed(m.ui_exported({ name: fileName(path) }));
    });
  };

  return {
    api,
    problems,
    settings,
    layout,
    app,
    accounts,
    layers,
    rasters,
    memory,
    bookmarks,
    baseMaps,
    overviews,
    mosaics,
    projects,
    uploads,
    aoi,
    draft,
    jobs,
    table,
    quality,
    tasks,
    log,
    connections,
    localData,
    dialogs,
    tools,
    compare,
    camera,
    identify,
    measure,
    highlight,
    clock,
    exportResult,
  };
}

export type Parts = ReturnType<typeof createParts>;
