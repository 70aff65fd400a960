import type { z } from 'zod';
import type { ErrorData } from '../errors';

/** One channel that the renderer may call: a schema for what it sends, a type for what it gets. */
export interface Call<Input extends z.ZodType = z.ZodType, Output = unknown> {
  readonly input: Input;
  /** Carries the output's type; never present at run time, since main is trusted to answer as typed. */
  readonly output?: Output;
}

/** `call(schema).returns<T>()` declares a channel. */
export function call<Input extends z.ZodType>(input: Input): { returns<Output>(): Call<Input, Output> } {
  return { returns: () => ({ input }) };
}

export type InputOf<C> = C extends Call<infer Input, unknown> ? z.input<Input> : never;
export type ParsedInputOf<C> = C extends Call<infer Input, unknown> ? z.output<Input> : never;
export type OutputOf<C> = C extends Call<z.ZodType, infer Output> ? Output : never;

/** What crosses the border for every call: errors are data, so that nothing of a stack or a path leaks by accident. */
export type Envelope<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };
