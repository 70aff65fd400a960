import type { Icon } from './icon';

/** One line of a menu, or the line between two groups. */
export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'heading'; readonly text: string }
  | {
      readonly kind: 'action';
      readonly text: string;
      readonly icon?: Icon;
      /** A shortcut, or another quiet word at the end. */
      readonly note?: string;
      readonly checked?: boolean;
      readonly disabled?: boolean;
      readonly dangerous?: boolean;
      readonly testId?: string;
      run(): void;
    };

/** Focus goes back to what opened the menu, unless what was chosen opened a field to write in. */
export function keepWriting(event: Event): void {
  if (document.activeElement instanceof HTMLInputElement) event.preventDefault();
}
