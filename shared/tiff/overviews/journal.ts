import type { OverviewPlan } from './plan';

/** A tile of an unfinished sidecar: where its bytes lie. Length 0 is a tile without a pixel that counts. */
export interface PlacedTile {
  /** Index into the plan's levels. */
  readonly level: number;
  readonly kind: 'image' | 'mask';
  /** Row by row. */
  readonly index: number;
  readonly offset: number;
  /** bytes */
  readonly length: number;
}

/** What a line of the journal tells: some tiles of a unit, and whether they were its last. */
export interface JournalEntry {
  readonly round: number;
  readonly unit: number;
  readonly done: boolean;
  readonly tiles: readonly PlacedTile[];
}

/** The first line: of what file the overviews are, and how they are made. */
export interface JournalHead {
  readonly version: number;
  readonly path: string;
  /** bytes; ms since 1970 */
  readonly size: number;
  readonly mtimeMs: number;
  readonly plan: OverviewPlan;
}

export const JOURNAL_VERSION = 1;

export const headLine = (head: JournalHead): string => `${JSON.stringify(head)}\n`;

/** One line; tiles in an array of their numbers, for there may be many. */
export function entryLine({ round, unit, done, tiles }: JournalEntry): string {
  const numbers = tiles.map(({ level, kind, index, offset, length }) => [
    kind === 'mask' ? -1 - level : level,
    index,
    offset,
    length,
  ]);
  return `${JSON.stringify([round, unit, done ? 1 : 0, numbers])}\n`;
}

export interface Journal {
  readonly head: JournalHead | null;
  readonly entries: readonly JournalEntry[];
}

/** Reads a journal as far as it is whole: what a kill cut off, or anything unexpected, ends it. */
export function readJournal(text: string): Journal {
  const lines = text.split('\n');
  // What follows the last line break is a line that was not written to its end.
  lines.pop();
  const head = asHead(parsed(lines.shift() ?? ''));
  const entries: JournalEntry[] = [];
  if (!head) return { head: null, entries };
  for (const line of lines) {
    const entry = asEntry(parsed(line));
    if (!entry) break;
    entries.push(entry);
  }
  return { head, entries };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

function asHead(value: unknown): JournalHead | null {
  const head = value as Partial<JournalHead> | null;
  return head?.version === JOURNAL_VERSION && typeof head.path === 'string' && head.plan !== undefined
    ? (head as JournalHead)
    : null;
}

function asEntry(value: unknown): JournalEntry | null {
  if (!Array.isArray(value) || value.length !== 4 || !Array.isArray(value[3])) return null;
  const [round, unit, done, numbers] = value as [number, number, number, number[][]];
  const tiles = numbers.map(([level = 0, index = 0, offset = 0, length = 0]) => ({
    level: level < 0 ? -1 - level : level,
    kind: level < 0 ? ('mask' as const) : ('image' as const),
    index,
    offset,
    length,
  }));
  return { round, unit, done: done === 1, tiles };
}
