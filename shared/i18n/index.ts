import type { ErrorData } from '../errors';
import { m } from './generated/messages.js';

export { m };

export interface ErrorText {
  /** What is wrong, one sentence. */
  readonly title: string;
  /** What the user can do next; empty where the sentence says it all. */
  readonly advice: string;
}

type Message = (params: Record<string, string | number>) => string;

function lookUp(key: string): Message | undefined {
  return (m as unknown as Readonly<Record<string, Message | undefined>>)[key];
}

/** The sentence and the advice for an error. A kind without a message is shown as an unexpected failure. */
export function errorText(error: ErrorData): ErrorText {
  const key = `error_${error.kind.replaceAll('.', '_')}`;
  const title = lookUp(key);
  if (!title) return { title: m.error_app_unexpected(), advice: m.error_app_unexpected_advice() };
  return { title: title(error.params), advice: lookUp(`${key}_advice`)?.(error.params) ?? '' };
}
