import type { ErrorData } from '@shared/errors';
import type { Task } from './types';

/** To a pixel thread. */
export type ToThread =
  | { readonly kind: 'task'; readonly id: number; readonly task: Task }
  | { readonly kind: 'cancel'; readonly id: number };

/** From a pixel thread. */
export type FromThread =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData };
