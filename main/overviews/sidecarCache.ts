import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { journalPathOf, partPathOf, sidecarKey, type SourceIdentity } from './partFile';

/** Overviews kept up to a number of bytes in a folder of the program's own; what was not looked at for longest goes first. */
export class SidecarCache {
  constructor(
    readonly folder: string,
    readonly maxBytes: number,
  ) {}

  /** Where the overviews of a file are, or will be; another file, or a changed one, has others. */
  pathOf(source: SourceIdentity): string {
    return join(this.folder, `${sidecarKey(source)}.ovr`);
  }

  /** Whether there are overviews; notes that they were looked at. */
  async use(path: string): Promise<boolean> {
    await mkdir(this.folder, { recursive: true });
    const now = new Date();
    return utimes(path, now, now).then(
      () => true,
      () => false,
    );
  }

  /** Forgets overviews and what was begun of them. */
  async remove(path: string): Promise<void> {
    await Promise.all([path, partPathOf(path), journalPathOf(path)].map((file) => rm(file, { force: true })));
  }

  /** Makes the folder small enough, sparing what is in use. */
  async trim(inUse: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const groups = new Map<string, { bytes: number; usedAt: number }>();
    for (const name of names) {
      const path = join(this.folder, name.replace(/\.(part|journal)$/, ''));
      const found = await stat(join(this.folder, name)).catch(() => null);
      if (!found) continue;
      const group = groups.get(path) ?? { bytes: 0, usedAt: 0 };
      groups.set(path, {
        bytes: group.bytes + found.size,
        usedAt: Math.max(group.usedAt, found.mtimeMs),
      });
    }
    let total = [...groups.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [path, { bytes }] of [...groups].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (total <= this.maxBytes) return;
      if (inUse.has(path)) continue;
      await this.remove(path);
      total -= bytes;
    }
  }
}
