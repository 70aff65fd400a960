import Download from '@lucide/svelte/icons/download';
import Gauge from '@lucide/svelte/icons/gauge';
import Eye from '@lucide/svelte/icons/eye';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import TableIcon from '@lucide/svelte/icons/table';
import Trash2 from '@lucide/svelte/icons/trash-2';
import { m } from '@shared/i18n';
import type { Processing } from '@shared/ipc/types';
import type { MenuEntry } from '../../components/menu';
import type { Workspace } from '../../state/workspace';

/** What can be done with a processing: the same in its context menu and behind its three dots. */
export function jobEntries(workspace: Workspace, job: Processing, rename: () => void): readonly MenuEntry[] {
  return [...resultEntries(workspace, job), ...ownEntries(workspace, job, rename)];
}

function resultEntries(workspace: Workspace, job: Processing): readonly MenuEntry[] {
  const { exportResult, jobs, layers, layout, problems, table } = workspace;
  if (job.resultState !== 'ready') return [];
  return [
    {
      kind: 'action',
      text: m.jobs_show_on_map(),
      icon: Eye,
      testId: 'job-show-on-map',
      run: () => void problems.attempt(() => jobs.show(job.id)),
    },
    {
      kind: 'action',
      text: m.jobs_open_table(),
      icon: TableIcon,
      testId: 'job-open-table',
      run: () => {
        layout.showTab('table');
        void table.open(job.id, job.name);
      },
    },
    {
      kind: 'action',
      text: m.quality_title(),
      icon: Gauge,
      testId: 'job-quality',
      run: () =>
        void problems.attempt(async () => {
          if (!layers.hasResult(job.id)) await jobs.show(job.id);
          layers.selectResult(job.id);
          layout.showRight('quality');
        }),
    },
    {
      kind: 'action',
      text: m.jobs_export_gpkg(),
      icon: Download,
      testId: 'job-export-gpkg',
      run: () => void exportResult(job.id, 'gpkg'),
    },
    {
      kind: 'action',
      text: m.jobs_export_geojson(),
      icon: Download,
      testId: 'job-export-geojson',
      run: () => void exportResult(job.id, 'geojson'),
    },
    { kind: 'separator' },
  ];
}

function ownEntries(workspace: Workspace, job: Processing, rename: () => void): readonly MenuEntry[] {
  const { accounts, dialogs, jobs, problems } = workspace;
  const restart: readonly MenuEntry[] =
    job.status === 'FAILED'
      ? [
          {
            kind: 'action',
            text: m.jobs_restart(),
            icon: RotateCw,
            disabled: !accounts.online,
            testId: 'job-restart',
            run: () => void problems.attempt(() => jobs.restart(job.id)),
          },
        ]
      : [];
  return [
    ...restart,
    { kind: 'action', text: m.jobs_rename(), icon: Pencil, run: rename },
    {
      kind: 'action',
      text: m.jobs_delete(),
      icon: Trash2,
      dangerous: true,
      testId: 'job-delete',
      run: () =>
        dialogs.ask({
          title: m.jobs_delete_title({ name: job.name }),
          text: m.jobs_delete_text(),
          action: m.jobs_delete_action(),
          dangerous: true,
          run: () => jobs.remove(job.id),
        }),
    },
  ];
}
