import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Crosshair from '@lucide/svelte/icons/crosshair';
import Download from '@lucide/svelte/icons/download';
import FileDown from '@lucide/svelte/icons/file-down';
import Gauge from '@lucide/svelte/icons/gauge';
import FolderSearch from '@lucide/svelte/icons/folder-search';
import Palette from '@lucide/svelte/icons/palette';
import Info from '@lucide/svelte/icons/info';
import Maximize from '@lucide/svelte/icons/maximize';
import Pencil from '@lucide/svelte/icons/pencil';
import TableIcon from '@lucide/svelte/icons/table';
import Trash from '@lucide/svelte/icons/x';
import Upload from '@lucide/svelte/icons/upload';
import { m } from '@shared/i18n';
import type { MenuEntry } from '../../components/menu';
import type { Layer, LostLayer, RasterLayer, ResultLayer } from '../../state/layers.svelte';
import type { Workspace } from '../../state/workspace';
import { locateLayer } from './locate';

/** What can be done with a layer: the same in its context menu and behind its three dots. */
export function layerEntries(workspace: Workspace, layer: Layer, rename: () => void): readonly MenuEntry[] {
  return [
    ...ownEntries(workspace, layer),
    { kind: 'separator' },
    {
      kind: 'action',
      text: m.layers_rename(),
      icon: Pencil,
      note: 'F2',
      testId: 'layer-rename',
      run: rename,
    },
    ...orderEntries(workspace, layer),
    {
      kind: 'action',
      text: layer.kind === 'raster' ? m.layers_close() : m.layers_remove(),
      icon: Trash,
      testId: 'layer-remove',
      run: () => {
        if (layer.kind === 'raster') void workspace.rasters.close(layer);
        else workspace.layers.remove(layer.id);
      },
    },
  ];
}

function ownEntries(workspace: Workspace, layer: Layer): readonly MenuEntry[] {
  if (layer.kind === 'lost') return lostEntries(workspace, layer);
  const own = layer.kind === 'raster' ? rasterEntries(workspace, layer) : resultEntries(workspace, layer);
  return [
    {
      kind: 'action',
      text: m.layers_zoom_to(),
      icon: Maximize,
      testId: 'layer-zoom',
      run: () => workspace.camera.zoomToLayer(layer.id),
    },
    ...own,
  ];
}

function lostEntries(workspace: Workspace, layer: LostLayer): readonly MenuEntry[] {
  return [
    {
      kind: 'action',
      text: m.layers_locate(),
      icon: FolderSearch,
      run: () => void locateLayer(workspace, layer),
    },
  ];
}

/** The order without a mouse. */
function orderEntries({ layers }: Workspace, layer: Layer): readonly MenuEntry[] {
  const at = layers.all.indexOf(layer);
  if (layers.all.length < 2) return [];
  return [
    {
      kind: 'action',
      text: m.layers_move_up(),
      icon: ArrowUp,
      note: 'Alt+↑',
      disabled: at === 0,
      testId: 'layer-up',
      run: () => layers.move(layer.id, at - 1),
    },
    {
      kind: 'action',
      text: m.layers_move_down(),
      icon: ArrowDown,
      note: 'Alt+↓',
      disabled: at === layers.all.length - 1,
      testId: 'layer-down',
      run: () => layers.move(layer.id, at + 1),
    },
  ];
}

function rasterEntries(workspace: Workspace, layer: RasterLayer): readonly MenuEntry[] {
  const { accounts, api, camera, dialogs, layers, layout, overviews, problems } = workspace;
  return [
    {
      kind: 'action',
      text: m.layers_zoom_to_pixels(),
      icon: Crosshair,
      testId: 'layer-zoom-pixels',
      run: () => camera.zoomToPixels(layer.id),
    },
    {
      kind: 'action',
      text: m.layers_style(),
      icon: Palette,
      testId: 'layer-style',
      run: () => {
        layers.select(layer.id);
        layout.showRight('style');
      },
    },
    {
      kind: 'action',
      text: m.layers_information(),
      icon: Info,
      testId: 'layer-info',
      run: () => dialogs.show({ kind: 'rasterInfo', layer }),
    },
    {
      kind: 'action',
      text: m.uploads_upload(),
      icon: Upload,
      disabled: !accounts.online,
      testId: 'layer-upload',
      run: () => dialogs.show({ kind: 'upload', layer }),
    },
    {
      kind: 'action',
      text: m.overviews_save_cog(),
      icon: FileDown,
      testId: 'layer-save-cog',
      disabled: overviews.saving(layer.id) !== null,
      run: () => void overviews.saveCog(layer.id),
    },
    {
      kind: 'action',
      text: m.ui_show_in_folder(),
      icon: FolderSearch,
      run: () => void problems.attempt(() => api.call('app.showInFolder', { path: layer.raster.path })),
    },
  ];
}

function resultEntries(workspace: Workspace, layer: ResultLayer): readonly MenuEntry[] {
  const { exportResult, layers, layout, table } = workspace;
  return [
    {
      kind: 'action',
      text: m.jobs_open_table(),
      icon: TableIcon,
      run: () => {
        layout.showTab('table');
        void table.open(layer.processingId, layer.name);
      },
    },
    {
      kind: 'action',
      text: m.quality_title(),
      icon: Gauge,
      testId: 'layer-quality',
      run: () => {
        layers.select(layer.id);
        layout.showRight('quality');
      },
    },
    {
      kind: 'action',
      text: m.jobs_export_gpkg(),
      icon: Download,
      run: () => void exportResult(layer.processingId, 'gpkg'),
    },
    {
      kind: 'action',
      text: m.jobs_export_geojson(),
      icon: Download,
      run: () => void exportResult(layer.processingId, 'geojson'),
    },
  ];
}
