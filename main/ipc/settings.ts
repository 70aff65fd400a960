import type { Settings, Theme } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface SettingsStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const themes: readonly unknown[] = ['system', 'light', 'dark'] satisfies readonly Theme[];

export function readSettings(store: SettingsStore): Settings {
  const theme = store.get('theme');
  const layout = store.get('layout');
  return {
    theme: themes.includes(theme) ? (theme as Theme) : 'system',
    layout: typeof layout === 'object' && layout !== null ? (layout as Record<string, unknown>) : {},
  };
}

export function settingsHandlers(
  store: SettingsStore,
  onTheme: (theme: Theme) => void,
): AreaHandlers<'settings'> {
  return {
    'settings.get': () => readSettings(store),
    'settings.update': ({ theme, layout }) => {
      if (layout) store.set('layout', layout);
      if (theme) {
        store.set('theme', theme);
        onTheme(theme);
      }
      return readSettings(store);
    },
  };
}
