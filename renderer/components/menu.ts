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
