import type { CommandActions } from './commands.svelte';
import type { CompareMode } from './compare.svelte';
import type { Theme } from '@shared/ipc/types';
import type { Dock } from './layout.svelte';
import type { Tool } from './tools.svelte';
import type { Parts } from './parts';

/** What each command does to the workspace. */
export function createActions(parts: Parts): CommandActions {
  const activeLayerId = (): string | null => {
    const { layers } = parts;
    return layers.selected?.id ?? layers.all[0]?.id ?? null;
  };
  const onLayer = (act: (layerId: string) => void) => ({
    run: () => {
      const id = activeLayerId();
      if (id !== null) act(id);
    },
    enabled: () => activeLayerId() !== null,
  });
  const tool = (name: Tool) => ({
    run: () => parts.tools.use(parts.tools.active === name ? 'pan' : name),
    checked: () => parts.tools.active === name,
  });
  const theme = (name: Theme) => ({
    run: () => void parts.problems.attempt(() => parts.settings.setTheme(name)),
    checked: () => parts.settings.theme === name,
  });
  const dock = (name: Dock) => ({
    run: () => parts.layout.toggle(name),
    checked: () => parts.layout.isOpen(name),
  });
  const compare = (mode: CompareMode) => ({
    run: () => (parts.compare.mode = mode),
    enabled: () => mode === 'overlay' || parts.compare.possible,
    checked: () => parts.compare.mode === mode,
  });

  return {
    'file.open': { run: () => void parts.rasters.chooseFiles() },
    'file.openSample': { run: () => void parts.rasters.openSample() },
    'view.zoomIn': { run: () => parts.camera.zoomBy(2) },
    'view.zoomOut': { run: () => parts.camera.zoomBy(0.5) },
    'view.zoomToLayer': onLayer((id) => parts.camera.zoomToLayer(id)),
    'view.zoomToPixels': {
      run: () => {
        const raster = parts.layers.activeRaster;
        if (raster) parts.camera.zoomToPixels(raster.id);
      },
      enabled: () => parts.layers.activeRaster !== null,
    },
    'view.addBookmark': {
      run: () => (parts.layout.adding = 'bookmarks'),
      enabled: () => parts.bookmarks.possible,
    },
    'view.baseMaps': { run: () => parts.dialogs.show({ kind: 'baseMaps' }) },
    'view.layerStyle': { run: () => parts.layout.showRight('style') },
    'view.resetRotation': { run: () => parts.camera.resetRotation() },
    'view.theme.system': theme('system'),
    'view.theme.light': theme('light'),
    'view.theme.dark': theme('dark'),
    'view.toggleLayers': dock('layers'),
    'view.toggleProcessing': dock('processing'),
    'view.toggleBottom': dock('bottom'),
    'view.compare.overlay': compare('overlay'),
    'view.compare.swipe': compare('swipe'),
    'view.compare.sideBySide': compare('sideBySide'),
    'tool.pan': { run: () => parts.tools.leave(), checked: () => parts.tools.active === 'pan' },
    'tool.identify': tool('identify'),
    'tool.measureLength': tool('measureLength'),
    'tool.measureArea': tool('measureArea'),
    'tool.drawAoi': tool('drawAoi'),
    'imagery.upload': {
      run: () => {
        const layer = parts.layers.activeRaster;
        if (layer) parts.dialogs.show({ kind: 'upload', layer });
      },
      enabled: () => parts.layers.activeRaster !== null && parts.accounts.online,
    },
    'processing.run': {
      run: () => parts.dialogs.show({ kind: 'run' }),
      enabled: () => parts.draft.ready,
    },
    'results.table': {
      run: () => {
        const layer = parts.layers.activeResult;
        if (!layer) return;
        parts.layout.showTab('table');
        void parts.table.open(layer.processingId, layer.name);
      },
      enabled: () => parts.layers.activeResult !== null,
    },
    'results.quality': {
      run: () => parts.layout.showRight('quality'),
      enabled: () => parts.layers.activeResult !== null,
    },
    'results.export': {
      run: () => void exportActive(parts),
      enabled: () => parts.layers.activeResult !== null,
    },
    'account.add': { run: () => parts.dialogs.show({ kind: 'accounts', adding: true }) },
    'account.manage': { run: () => parts.dialogs.show({ kind: 'accounts', adding: false }) },
    'app.commandPalette': { run: () => parts.dialogs.show({ kind: 'palette' }) },
    'app.settings': { run: () => parts.dialogs.show({ kind: 'settings' }) },
    'help.about': { run: () => parts.dialogs.show({ kind: 'about' }) },
  };
}

async function exportActive(parts: Parts): Promise<void> {
  const layer = parts.layers.activeResult;
  if (layer) await parts.exportResult(layer.processingId, 'gpkg');
}
