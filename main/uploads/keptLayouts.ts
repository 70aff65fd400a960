import type { Layout } from '@shared/tiff/write';

/** bytes of all layouts together, about */
const mostBytes = 16 * 1024 * 1024;
/** bytes that a part takes, about */
const partBytes = 80;

/**
 * Layouts of chunks between their plan, their way and their checksum, as far as there is room: a thousand tiles are found and
 * placed in some milliseconds, which the thread that sends has better uses for.
 */
export class KeptLayouts {
  readonly #most: number;
  readonly #kept = new Map<string, Layout>();
  #bytes = 0;

  constructor(most = mostBytes) {
    this.#most = most;
  }

  get(chunkName: string): Layout | undefined {
    return this.#kept.get(chunkName);
  }

  /** Keeps it where there is room. */
  keep(chunkName: string, layout: Layout): void {
    this.drop(chunkName);
    const bytes = bytesOf(layout);
    if (this.#bytes + bytes > this.#most) return;
    this.#bytes += bytes;
    this.#kept.set(chunkName, layout);
  }

  drop(chunkName: string): void {
    const layout = this.#kept.get(chunkName);
    if (!layout) return;
    this.#bytes -= bytesOf(layout);
    this.#kept.delete(chunkName);
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}

function bytesOf({ parts }: Layout): number {
  return parts.reduce((sum, part) => sum + partBytes + (part instanceof Uint8Array ? part.length : 0), 0);
}
