import type { Settings as SettingsData, Theme } from '@shared/ipc/types';
import type { Api } from '../bridge';

const saveAfterMilliseconds = 400;

/** Theme and the window's memory of its own layout. */
export class Settings {
  readonly #api: Api;
  #theme = $state<Theme>('system');
  #layout: Record<string, unknown> = {};
  #saving: ReturnType<typeof setTimeout> | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  get theme(): Theme {
    return this.#theme;
  }

  /** Before the first picture, so that nothing jumps. */
  async load(): Promise<void> {
    this.#take(await this.#api.call('settings.get'));
  }

  async setTheme(theme: Theme): Promise<void> {
    this.#theme = theme;
    await this.#api.call('settings.update', { theme });
  }

  /** What was remembered under this key, where it still has the wanted form. */
  recall<T>(key: string, hasForm: (value: unknown) => value is T): T | null {
    const value = this.#layout[key];
    return hasForm(value) ? value : null;
  }

  /** Kept a moment later, many changes in one write. */
  remember(key: string, value: unknown): void {
    this.#layout[key] = value;
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.save(), saveAfterMilliseconds);
  }

  async save(): Promise<void> {
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = null;
    await this.#api.call('settings.update', { layout: { ...this.#layout } });
  }

  #take(data: SettingsData): void {
    this.#theme = data.theme;
    this.#layout = { ...data.layout };
  }
}
