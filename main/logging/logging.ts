import type { Log, LogData } from '@shared/log';
import type { LogEntry } from '@shared/ipc/types';
import { openFileSink, type FileSink } from './fileSink';
import { Redactor } from './redact';

export interface LoggingOptions {
  /** Where `orthodesk.log` is written; null keeps entries in memory only. */
  readonly folder: string | null;
  /** Entries kept for the Log tab. */
  readonly recentEntries?: number;
  /** bytes of the file before it is rotated */
  readonly maxFileBytes?: number;
  /** Also to the terminal, for development. */
  readonly echo?: (line: string) => void;
}

export interface Logging {
  /** A log whose entries name the area they come from. */
  area(name: string): Log;
  readonly redactor: Redactor;
  recent(): readonly LogEntry[];
  onEntry(listener: (entry: LogEntry) => void): () => void;
}

type Level = LogEntry['level'];

const longestMessage = 8192;

/** The one way into the log: every entry is redacted before it reaches the file, the terminal or the window. */
export function createLogging(options: LoggingOptions): Logging {
  const redactor = new Redactor();
  const sink: FileSink | null = options.folder ? openFileSink(options.folder, options.maxFileBytes) : null;
  const limit = options.recentEntries ?? 1000;
  const entries: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();

  function write(level: Level, area: string, message: string, data?: LogData): void {
    const text = oneLine(redactor.text(data ? `${message} ${render(redactor, data)}` : message));
    const entry: LogEntry = { time: new Date().toISOString(), level, area, message: text };
    entries.push(entry);
    if (entries.length > limit) entries.splice(0, entries.length - limit);
    const line = `${entry.time} ${level.padEnd(5)} [${area}] ${text}`;
    if (level !== 'debug') sink?.write(line);
    options.echo?.(line);
    for (const listener of listeners) listener(entry);
  }

  return {
    redactor,
    area: (name) => ({
      debug: (message, data) => write('debug', name, message, data),
      info: (message, data) => write('info', name, message, data),
      warn: (message, data) => write('warn', name, message, data),
      error: (message, data) => write('error', name, message, data),
    }),
    recent: () => [...entries],
    onEntry: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function render(redactor: Redactor, data: LogData): string {
  try {
    return JSON.stringify(redactor.value(data));
  } catch {
    return '[data that cannot be written]';
  }
}

/** A server's words must not be able to forge a line of the log, or to steer a terminal. */
function oneLine(text: string): string {
  const cut = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    return char === '\n'
      ? '\\n'
      : char === '\t'
        ? ' '
        : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
