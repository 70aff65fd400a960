import Crosshair from '@lucide/svelte/icons/crosshair';
import Download from '@lucide/svelte/icons/download';
import FolderSearch from '@lucide/svelte/icons/folder-search';
import Info from '@lucide/svelte/icons/info';
import Maximize from '@lucide/svelte/icons/maximize';
import Pencil from '@lucide/svelte/icons/pencil';
import TableIcon from '@lucide/svelte/icons/table';
import Trash from '@lucide/svelte/icons/x';
import Upload from '@lucide/svelte/icons/upload';
import { m } from '@shared/i18n';
import type { MenuEntry } from '../../components/menu';
import type { Layer, RasterLayer, ResultLayer } from '../../state/layers.svelte';
import type { Workspace } from '../../state/workspace';

/** What can be done with a layer: the same in its context menu and behind its three dots. */
export function layerEntries(workspace: Workspace, layer: Layer, rename: () => void): readonly MenuEntry[] {
  const { camera } = workspace;
  const own = layer.kind === 'raster' ? rasterEntries(workspace, layer) : resultEntries(workspace, layer);
  return [
    {
      kind: 'action',
      text: m.layers_zoom_to(),
      icon: Maximize,
      testId: 'layer-zoom',
      run: () => camera.zoomToLayer(layer.id),
    },
    ...own,
    { kind: 'separator' },
    { kind: 'action', text: m.layers_rename(), icon: Pencil, note: 'F2', run: rename },
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

function rasterEntries(workspace: Workspace, layer: RasterLayer): readonly MenuEntry[] {
  const { accounts, api, camera, dialogs, problems } = workspace;
  return [
    {
      kind: 'action',
      text: m.layers_zoom_to_pixels(),
      icon: Crosshair,
      run: () => camera.zoomToPixels(layer.id),
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
      text: m.ui_show_in_folder(),
      icon: FolderSearch,
      run: () => void problems.attempt(() => api.call('app.showInFolder', { path: layer.raster.path })),
    },
  ];
}

function resultEntries(workspace: Workspace, layer: ResultLayer): readonly MenuEntry[] {
  const { exportResult, layout, table } = workspace;
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
