import { existsSync } from 'node:fs';
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { shortcuts, type CommandId } from '@shared/commands';
import { m } from '@shared/i18n';
import type { Theme } from '@shared/ipc/types';

type Entry = CommandId | 'separator' | MenuItemConstructorOptions;

const isMac = process.platform === 'darwin';

/** The words of each command; one message each, found by the compiler when one is missing. */
const labels: Readonly<Record<CommandId, () => string>> = {
  'file.open': m.command_file_open,
  'file.openSample': m.command_file_open_sample,
  'view.zoomIn': m.command_view_zoom_in,
  'view.zoomOut': m.command_view_zoom_out,
  'view.zoomToLayer': m.command_view_zoom_to_layer,
  'view.zoomToPixels': m.command_view_zoom_to_pixels,
  'view.resetRotation': m.command_view_reset_rotation,
  'view.addBookmark': m.command_view_add_bookmark,
  'view.baseMaps': m.command_view_base_maps,
  'view.layerStyle': m.command_view_layer_style,
  'view.theme.system': m.command_view_theme_system,
  'view.theme.light': m.command_view_theme_light,
  'view.theme.dark': m.command_view_theme_dark,
  'view.toggleLayers': m.command_view_toggle_layers,
  'view.toggleProcessing': m.command_view_toggle_processing,
  'view.toggleBottom': m.command_view_toggle_bottom,
  'view.compare.overlay': m.command_view_compare_overlay,
  'view.compare.swipe': m.command_view_compare_swipe,
  'view.compare.sideBySide': m.command_view_compare_side_by_side,
  'tool.pan': m.command_tool_pan,
  'tool.identify': m.command_tool_identify,
  'tool.measureLength': m.command_tool_measure_length,
  'tool.measureArea': m.command_tool_measure_area,
  'tool.drawAoi': m.command_tool_draw_aoi,
  'imagery.upload': m.command_imagery_upload,
  'processing.run': m.command_processing_run,
  'results.table': m.command_results_table,
  'results.quality': m.command_results_quality,
  'results.export': m.command_results_export,
  'account.add': m.command_account_add,
  'account.manage': m.command_account_manage,
  'app.commandPalette': m.command_app_command_palette,
  'app.settings': m.command_app_settings,
  'help.about': m.command_help_about,
};

export interface MenuPorts {
  /** Each entry sends its command to the window, which alone knows what it means now. */
  send(command: CommandId): void;
  theme(): Theme;
  /** Latest first. */
  recent(): readonly { readonly path: string; readonly name: string }[];
  openRecent(path: string): void;
  clearRecent(): void;
}

/** Files that "Open recent" lists. */
const mostRecent = 12;

/** Builds the application's menu. `refresh` takes over another list of recent files. */
export function installMenu(ports: MenuPorts): { refresh(): void } {
  const refresh = (): void => buildMenu(ports, refresh);
  refresh();
  return { refresh };
}

function buildMenu(ports: MenuPorts, refresh: () => void): void {
  const send = (command: CommandId): void => ports.send(command);
  const menu = (label: string, entries: readonly Entry[]): MenuItemConstructorOptions => ({
    label,
    submenu: entries.map((entry) => itemOf(entry, send)),
  });
  const developer: readonly Entry[] = app.isPackaged
    ? []
    : ['separator', { role: 'toggleDevTools', label: m.menu_developer() }];
  const bar: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    menu(m.menu_file(), [
      'file.open',
      'file.openSample',
      recentMenu(ports, refresh),
      'separator',
      'account.add',
      'account.manage',
      'separator',
      'app.settings',
      ...(isMac ? [] : (['separator', { role: 'quit', label: m.menu_quit() }] as const)),
    ]),
    { role: 'editMenu', label: m.menu_edit() },
    menu(m.menu_view(), [
      'app.commandPalette',
      'separator',
      'view.zoomIn',
      'view.zoomOut',
      'view.zoomToLayer',
      'view.zoomToPixels',
      'view.resetRotation',
      'separator',
      'view.addBookmark',
      'view.baseMaps',
      'view.layerStyle',
      'separator',
      menu(m.menu_compare(), ['view.compare.overlay', 'view.compare.swipe', 'view.compare.sideBySide']),
      menu(m.menu_map_tools(), [
        'tool.pan',
        'tool.identify',
        'tool.measureLength',
        'tool.measureArea',
        'tool.drawAoi',
      ]),
      menu(m.menu_panels(), ['view.toggleLayers', 'view.toggleProcessing', 'view.toggleBottom']),
      menu(m.menu_theme(), ['view.theme.system', 'view.theme.light', 'view.theme.dark']),
      'separator',
      { role: 'togglefullscreen' },
      ...developer,
    ]),
    menu(m.menu_imagery(), ['imagery.upload']),
    menu(m.menu_processing(), ['processing.run']),
    menu(m.menu_results(), ['results.table', 'results.quality', 'results.export']),
    menu(m.menu_help(), ['help.about']),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(bar));
  showTheme(ports.theme());
}

/** Files that are gone are not offered here; the start page marks them. */
function recentMenu(ports: MenuPorts, refresh: () => void): MenuItemConstructorOptions {
  const there = ports
    .recent()
    .slice(0, mostRecent)
    .filter(({ path }) => existsSync(path));
  const files = there.map(({ path, name }): MenuItemConstructorOptions => ({
    label: name.replaceAll('&', '&&'),
    sublabel: path,
    toolTip: path,
    click: () => ports.openRecent(path),
  }));
  const clear = (): void => {
    ports.clearRecent();
    refresh();
  };
  return {
    id: 'recent',
    label: m.menu_open_recent(),
    enabled: files.length > 0,
    submenu: [...files, { type: 'separator' }, { label: m.menu_clear_recent(), click: clear }],
  };
}

function itemOf(entry: Entry, send: (command: CommandId) => void): MenuItemConstructorOptions {
  if (entry === 'separator') return { type: 'separator' };
  if (typeof entry !== 'string') return entry;
  const accelerator = shortcuts[entry];
  return {
    id: entry,
    label: labels[entry](),
    ...(accelerator ? { accelerator } : {}),
    ...(entry.startsWith('view.theme.') ? { type: 'radio' as const } : {}),
    click: () => send(entry),
  };
}

/** Marks the theme in use. */
export function showTheme(theme: Theme): void {
  const item = Menu.getApplicationMenu()?.getMenuItemById(`view.theme.${theme}`);
  if (item) item.checked = true;
}
