import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { FoundFolder, FoundRaster, Surveyed } from '@shared/ipc/desk';

/** Folders below a dropped one that are looked into. */
const deepest = 4;
/** Rasters of one folder that are listed. */
const most = 1000;
/** Entries looked at, so that a whole disk is not read by mistake. */
const mostEntries = 50_000;

const isRasterName = (name: string): boolean => /^\.tiff?$/i.test(extname(name)) && !name.startsWith('.');

/** Tells files from folders, and lists what a folder holds of rasters, its subfolders included. */
export async function surveyPaths(paths: readonly string[]): Promise<Surveyed> {
  const files: string[] = [];
  const folders: FoundFolder[] = [];
  for (const path of new Set(paths)) {
    const facts = await stat(path).catch(() => null);
    if (facts?.isDirectory()) folders.push(await surveyFolder(path));
    else files.push(path);
  }
  return { files, folders };
}

async function surveyFolder(root: string): Promise<FoundFolder> {
  const rasters: FoundRaster[] = [];
  let entriesSeen = 0;
  let more = false;
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => a.name.localeCompare(b.name));
    for (const entry of entries) {
      entriesSeen += 1;
      if (entriesSeen > mostEntries || rasters.length >= most) {
        more = true;
        return;
      }
      const path = join(folder, entry.name);
      if (entry.isFile() && isRasterName(entry.name)) {
        const facts = await stat(path).catch(() => null);
        if (facts) rasters.push({ path, name: relative(root, path), bytes: facts.size });
      } else if (entry.isDirectory() && !entry.name.startsWith('.')) {
        if (depth < deepest) await look(path, depth + 1);
        else more = true;
      }
    }
  };
  await look(root, 0);
  return { path: root, rasters, more };
}
