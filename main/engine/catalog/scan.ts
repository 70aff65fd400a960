import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder of more files is looked at in part. */
const mostFiles = 20_000;
const deepest = 12;

export interface FoundFile {
  readonly path: string;
  /** Below the folder that was scanned, with `/`; empty for the folder itself. */
  readonly group: string;
  readonly name: string;
  /** bytes */
  readonly size: number;
  readonly modified: Date;
}

/**
 * GeoTIFFs in a folder and below it, in order of their paths. Links to other folders are not followed, hidden ones not entered.
 * Throws when the folder itself cannot be read.
 */
export async function scanFolder(folder: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  async function enter(path: string, group: string, depth: number): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= mostFiles || entry.name.startsWith('.')) continue;
      const place = join(path, entry.name);
      if (entry.isDirectory()) {
        if (depth < deepest) {
          await enter(place, group === '' ? entry.name : `${group}/${entry.name}`, depth + 1).catch(
            () => undefined,
          );
        }
      } else if (entry.isFile() && /\.tiff?$/i.test(entry.name)) {
        const there = await stat(place).catch(() => null);
        if (there)
          found.push({ path: place, group, name: entry.name, size: there.size, modified: there.mtime });
      }
    }
  }
  await enter(folder, '', 0);
  return found;
}
