import { createHash } from 'node:crypto';
import type { Layout } from '@shared/tiff/write';
import type { MadeChunk } from './ports';

interface Made {
  readonly layout: Promise<Layout>;
  readonly facts: Promise<MadeChunk>;
}

/** Chunks whose bytes exist in memory alone, from when they are made until they are dropped. */
export class MadeChunks {
  readonly #make: (chunkName: string, signal: AbortSignal) => Promise<Layout>;
  readonly #held = new Map<string, Made>();

  constructor(make: (chunkName: string, signal: AbortSignal) => Promise<Layout>) {
    this.#make = make;
  }

  /** Makes a chunk, or takes the one that is held, and tells what it came to. One that cannot be made is not held. */
  async make(chunkName: string, signal: AbortSignal): Promise<MadeChunk> {
    let made = this.#held.get(chunkName);
    if (!made) {
      const layout = this.#make(chunkName, signal);
      made = { layout, facts: layout.then(factsOf) };
      this.#held.set(chunkName, made);
    }
    try {
      return await made.facts;
    } catch (error) {
      this.#held.delete(chunkName);
      throw error;
    }
  }

  /** A chunk's bytes: those that are held, else made for this once. */
  layout(chunkName: string, signal: AbortSignal): Promise<Layout> {
    return this.#held.get(chunkName)?.layout ?? this.#make(chunkName, signal);
  }

  drop(chunkName: string): void {
    this.#held.delete(chunkName);
  }

  clear(): void {
    this.#held.clear();
  }
}

/** All parts of what was made are bytes. */
function factsOf({ size, parts }: Layout): MadeChunk {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part as Uint8Array);
  return { bytes: size, sha1: hash.digest('hex') };
}
