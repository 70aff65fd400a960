import type X from '@lucide/svelte/icons/x';

/** Any icon of the one set. */
export type Icon = typeof X;
