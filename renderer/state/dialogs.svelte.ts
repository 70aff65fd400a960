import type { FoundFolder } from '@shared/ipc/desk';
import type { RasterLayer } from './layers.svelte';

/** The dialog that stands open, with what it is about. One at a time. */
export type OpenDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'accounts'; readonly adding: boolean }
  | { readonly kind: 'about' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'upload'; readonly layer: RasterLayer }
  /** Files and folders, by their paths. */
  | { readonly kind: 'uploadFiles'; readonly paths: readonly string[] }
  | { readonly kind: 'bandwidth' }
  | { readonly kind: 'rasterInfo'; readonly layer: RasterLayer }
  | { readonly kind: 'baseMaps' }
  | { readonly kind: 'folders'; readonly folders: readonly FoundFolder[] }
  | { readonly kind: 'run' }
  | { readonly kind: 'confirm'; readonly question: Question };

/** Something that deletes or costs: the thing and the consequence are named before it happens. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The button's verb. */
  readonly action: string;
  readonly dangerous: boolean;
  run(): Promise<unknown>;
}

export class Dialogs {
  #open = $state.raw<OpenDialog>({ kind: 'none' });

  get open(): OpenDialog {
    return this.#open;
  }

  show(dialog: OpenDialog): void {
    this.#open = dialog;
  }

  ask(question: Question): void {
    this.#open = { kind: 'confirm', question };
  }

  close(): void {
    this.#open = { kind: 'none' };
  }
}
