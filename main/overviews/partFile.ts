import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, stat, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import {
  entryLine,
  headLine,
  JOURNAL_VERSION,
  readJournal,
  sidecarHead,
  sidecarHeadBytes,
  TileIndex,
  type JournalEntry,
  type JournalHead,
  type OverviewPlan,
  type PlacedTile,
  type SidecarTags,
} from '@shared/tiff/overviews';
import { writeFailure } from './failures';

/** ms between two looks at whether tiles wait to be made safe */
const SAFETY_INTERVAL = 1000;

export interface SourceIdentity {
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly mtimeMs: number;
}

export const partPathOf = (target: string): string => `${target}.part`;
export const journalPathOf = (target: string): string => `${target}.journal`;

/** What tells the sidecar of a file: another one, or a changed one, has another. */
export function sidecarKey({ path, size, mtimeMs }: SourceIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify([path, size, mtimeMs]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * A sidecar that is being written: tiles are appended in any order, and a journal tells which of them are safe. A line is
 * added to the journal when the tiles that it names are on the disk, so that whatever ends the program, what the journal
 * says is true. When all is there the directories go to the head of the file, and it gets its name.
 */
export class PartFile {
  readonly index: TileIndex;
  /** Tiles of an earlier build. */
  readonly kept: readonly PlacedTile[];
  readonly #done = new Set<string>();
  #waiting: JournalEntry[] = [];
  #saving: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failure: Error | null = null;

  private constructor(
    readonly target: string,
    private readonly plan: OverviewPlan,
    private readonly tags: SidecarTags,
    private readonly file: FileHandle,
    private readonly journal: FileHandle,
    entries: readonly JournalEntry[],
  ) {
    this.index = new TileIndex(plan);
    for (const entry of entries) this.#remember(entry);
    this.kept = entries.flatMap(({ tiles }) => tiles);
  }

  /** Opens what an earlier build of the same file left, or begins anew. Throws `overviews.disk_full`, `overviews.cannot_write`. */
  static async open(
    target: string,
    source: SourceIdentity,
    plan: OverviewPlan,
    tags: SidecarTags,
  ): Promise<PartFile> {
    const head = headOf(source, plan);
    const part = partPathOf(target);
    try {
      const { entries: kept, end } = await keptEntries(target, head);
      if (kept.length === 0) await writeFile(part, '');
      else await truncate(part, end);
      const text = headLine(head) + kept.map(entryLine).join('');
      await writeFile(`${journalPathOf(target)}.new`, text);
      await rename(`${journalPathOf(target)}.new`, journalPathOf(target));
      const file = await open(part, 'r+');
      return new PartFile(target, plan, tags, file, await open(journalPathOf(target), 'a'), kept);
    } catch (error) {
      throw writeFailure(error, part);
    }
  }

  /** Where new tiles may go, bytes. */
  get end(): number {
    const end = Math.max(this.index.end, sidecarHeadBytes(this.tags, this.plan));
    return end + (end % 2);
  }

  isDone(round: number, unit: number): boolean {
    return this.#done.has(`${round}/${unit}`);
  }

  /** Notes tiles that lie in the file. They are made safe soon. */
  add(entry: JournalEntry): void {
    this.#remember(entry);
    this.#waiting.push(entry);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#save();
    }, SAFETY_INTERVAL);
  }

  /** The error of a journal that cannot be written; null while all is well. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Writes the directories, and gives the file its name. Throws `overviews.disk_full`, `overviews.cannot_write`. */
  async finish(): Promise<{ readonly bytes: number }> {
    try {
      const headBytes = sidecarHeadBytes(this.tags, this.plan);
      const head = sidecarHead(this.tags, this.plan, this.index, headBytes);
      await this.file.write(head, 0, head.length, 0);
      await this.file.truncate(this.end);
      await this.file.sync();
      await this.close();
      if (this.#failure) throw this.#failure;
      await rename(partPathOf(this.target), this.target);
      await rm(journalPathOf(this.target), { force: true });
      return { bytes: this.end };
    } catch (error) {
      throw writeFailure(error, this.target);
    }
  }

  /** Makes safe what is there, for another time. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#save();
    await Promise.all([this.file.close(), this.journal.close()]);
  }

  /** Gives up what is there. After `close`. */
  async remove(): Promise<void> {
    await Promise.all(
      [partPathOf(this.target), journalPathOf(this.target)].map((path) => rm(path, { force: true })),
    );
  }

  #remember({ round, unit, done, tiles }: JournalEntry): void {
    for (const tile of tiles) this.index.put(tile);
    if (done) this.#done.add(`${round}/${unit}`);
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const entries = this.#waiting;
      if (entries.length === 0) return;
      this.#waiting = [];
      try {
        await this.file.datasync();
        await this.journal.appendFile(entries.map(entryLine).join(''));
      } catch (error) {
        this.#failure ??= writeFailure(error, journalPathOf(this.target));
      }
    });
    return this.#saving;
  }
}

/** The tiles that a build of this source would go on from; they lie in the unfinished file. */
export async function keptTiles(
  target: string,
  source: SourceIdentity,
  plan: OverviewPlan,
): Promise<PlacedTile[]> {
  const { entries } = await keptEntries(target, headOf(source, plan));
  return entries.flatMap(({ tiles }) => tiles);
}

function headOf({ path, size, mtimeMs }: SourceIdentity, plan: OverviewPlan): JournalHead {
  return { version: JOURNAL_VERSION, path, size, mtimeMs, plan };
}

interface KeptEntries {
  readonly entries: readonly JournalEntry[];
  /** The byte after the last one of their tiles. */
  readonly end: number;
}

const NONE: KeptEntries = { entries: [], end: 0 };

/** The units that an earlier build finished, where it was of the same file and made in the same way. */
async function keptEntries(target: string, head: JournalHead): Promise<KeptEntries> {
  const text = await readFile(journalPathOf(target), 'utf8').catch(() => '');
  const journal = readJournal(text);
  if (!journal.head || JSON.stringify(journal.head) !== JSON.stringify(head)) return NONE;
  const part = await stat(partPathOf(target)).catch(() => null);
  if (!part) return NONE;
  const finished = new Set(
    journal.entries.filter(({ done }) => done).map(({ round, unit }) => `${round}/${unit}`),
  );
  const kept = journal.entries.filter(({ round, unit }) => finished.has(`${round}/${unit}`));
  const end = Math.max(0, ...kept.flatMap(({ tiles }) => tiles.map((tile) => tile.offset + tile.length)));
  return end > part.size ? NONE : { entries: kept, end };
}

/** All tiles that a later round needs of a level. */
export function tilesOf(
  index: TileIndex,
  plan: OverviewPlan,
  level: number,
  region: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
): PlacedTile[] {
  const { columns } = plan.levels[level]!;
  const found: PlacedTile[] = [];
  const kinds = plan.masked ? (['image', 'mask'] as const) : (['image'] as const);
  for (let row = Math.floor(region.y0 / plan.tile); row * plan.tile < region.y1; row++) {
    for (let column = Math.floor(region.x0 / plan.tile); column * plan.tile < region.x1; column++) {
      const at = row * columns + column;
      for (const kind of kinds) {
        const range = index.get(kind, level, at);
        if (range) found.push({ level, kind, index: at, ...range });
      }
    }
  }
  return found;
}
