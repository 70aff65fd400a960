import { toErrorData, type ErrorData } from '@shared/errors';
import { errorText } from '@shared/i18n';

/** What a person reads goes to stdout, what went wrong and how far it is to stderr. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** An error as one sentence with its advice, and the file it is about. */
export function sayError(error: unknown, about?: string): void {
  process.stderr.write(`${about ? `${about}: ` : ''}${sentence(toErrorData(error))}\n`);
}

export function sentence(error: ErrorData): string {
  const { title, advice } = errorText(error);
  const details = error.kind === 'app.unexpected' && error.details ? ` (${error.details})` : '';
  return `${title}${details}${advice ? ` ${advice}` : ''}`;
}

/** An error for a program: its kind, and the sentence that a person would read. */
export function errorObject(error: unknown): { readonly kind: string; readonly message: string } {
  const data = toErrorData(error);
  return { kind: data.kind, message: sentence(data) };
}

export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} GB`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`;
  if (count >= 1e3) return `${(count / 1e3).toFixed(1)} kB`;
  return `${count} bytes`;
}

/** Rows under each other, columns as wide as their longest entry. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const barWidth = 28;

/** A line on the terminal that is written over; nothing where stderr is not one. */
export class ProgressLine {
  readonly #live = process.stderr.isTTY === true;

  show(share: number, text: string): void {
    if (!this.#live) return;
    const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const line = `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${text}`;
    process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  clear(): void {
    if (this.#live) process.stderr.write('\r\u001b[K');
  }
}
