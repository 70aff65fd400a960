import { existsSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';

/** Files that the system hands over (a double click, a drop on the icon), kept until the window can take them. */
export class OpenRequests {
  #waiting: string[] = [];
  #take: ((paths: readonly string[]) => void) | null = null;

  add(paths: readonly string[]): void {
    if (paths.length === 0) return;
    if (this.#take) this.#take(paths);
    else this.#waiting.push(...paths);
  }

  /** The window is there: what has waited goes to it at once, the rest as it comes. */
  deliverTo(take: (paths: readonly string[]) => void): void {
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) take(waiting);
  }
}

/** Rasters among the words of a command line; what is relative is meant from `folder`. */
export function filesAmong(argv: readonly string[], folder: string): string[] {
  return argv
    .slice(1)
    .filter((word) => !word.startsWith('-') && /^\.tiff?$/i.test(extname(word)))
    .map((word) => resolve(folder, word))
    .filter((path) => existsSync(path) && statSync(path).isFile());
}
