import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TileCacheFacts } from '@shared/ipc/desk';

/** A tile as it was fetched. */
export interface KeptTile {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** ms since 1970 until which it need not be asked for again */
  readonly freshUntil: number;
  readonly etag: string | null;
}

interface Header {
  readonly contentType: string;
  readonly freshUntil: number;
  readonly etag: string | null;
}

/** Bytes before the body: the length of the header. */
const lead = 4;
/** When it is full, so much of the limit stays. */
const afterPruning = 0.9;

/**
 * Tiles on disk, one file each, never more bytes than the limit: what was not used for longest goes first. A file is whole
 * or absent: it is written beside its place and renamed.
 */
export class TileCache {
  readonly #folder: string;
  readonly #limit: number;
  /** By file, least recently used first: bytes. Null until the folder was read. */
  #sizes: Map<string, number> | null = null;
  #total = 0;
  #reading: Promise<Map<string, number>> | null = null;
  #pruning: Promise<void> = Promise.resolve();

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limit = limitBytes;
  }

  async facts(): Promise<TileCacheFacts> {
    await this.#known();
    return { bytes: this.#total, limitBytes: this.#limit };
  }

  /** Null where it is not kept, or damaged. `group` is the map that it belongs to. */
  async get(group: string, key: string): Promise<KeptTile | null> {
    const sizes = await this.#known();
    const file = fileOf(group, key);
    if (!sizes.has(file)) return null;
    const bytes = await readFile(join(this.#folder, file)).catch(() => null);
    const tile = bytes && parse(bytes);
    if (!tile) {
      this.#forget(file);
      return null;
    }
    this.#touch(file);
    return tile;
  }

  /** What cannot be written is not kept: a full disk is no reason to show no map. */
  async put(group: string, key: string, tile: KeptTile): Promise<void> {
    const sizes = await this.#known();
    const file = fileOf(group, key);
    const header: Header = { contentType: tile.contentType, freshUntil: tile.freshUntil, etag: tile.etag };
    const words = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(lead);
    length.writeUInt32LE(words.length);
    const bytes = Buffer.concat([length, words, tile.body]);
    const target = join(this.#folder, file);
    const temporary = `${target}.${randomUUID()}.new`;
    try {
      await mkdir(join(this.#folder, folderOf(group)), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, target);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
      return;
    }
    this.#total += bytes.length - (sizes.get(file) ?? 0);
    sizes.delete(file);
    sizes.set(file, bytes.length);
    if (this.#total > this.#limit) await this.#prune();
  }

  /** All tiles of one map, or all there are. */
  async clear(group?: string): Promise<void> {
    const sizes = await this.#known();
    const prefix = group === undefined ? '' : `${folderOf(group)}/`;
    for (const file of [...sizes.keys()]) if (file.startsWith(prefix)) this.#forget(file);
    const folder = group === undefined ? this.#folder : join(this.#folder, folderOf(group));
    await rm(folder, { recursive: true, force: true });
  }

  #forget(file: string): void {
    this.#total -= this.#sizes?.get(file) ?? 0;
    this.#sizes?.delete(file);
  }

  #touch(file: string): void {
    const size = this.#sizes?.get(file);
    if (size === undefined) return;
    this.#sizes?.delete(file);
    this.#sizes?.set(file, size);
    const now = new Date();
    utimes(join(this.#folder, file), now, now).catch(() => undefined);
  }

  #prune(): Promise<void> {
    this.#pruning = this.#pruning.then(async () => {
      for (const [file] of this.#sizes ?? []) {
        if (this.#total <= this.#limit * afterPruning) return;
        this.#forget(file);
        await rm(join(this.#folder, file), { force: true }).catch(() => undefined);
      }
    });
    return this.#pruning;
  }

  async #known(): Promise<Map<string, number>> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** What an earlier run left, the longest unused first; what it did not finish is removed. */
  async #read(): Promise<Map<string, number>> {
    const found: { file: string; size: number; usedAt: number }[] = [];
    for (const folder of await namesIn(this.#folder)) {
      for (const name of await namesIn(join(this.#folder, folder))) {
        const path = join(this.#folder, folder, name);
        if (name.endsWith('.new')) {
          await rm(path, { force: true }).catch(() => undefined);
          continue;
        }
        const facts = await stat(path).catch(() => null);
        if (facts?.isFile())
          found.push({ file: `${folder}/${name}`, size: facts.size, usedAt: facts.mtimeMs });
      }
    }
    found.sort((a, b) => a.usedAt - b.usedAt);
    this.#sizes = new Map(found.map(({ file, size }) => [file, size]));
    this.#total = found.reduce((sum, { size }) => sum + size, 0);
    if (this.#total > this.#limit) await this.#prune();
    return this.#sizes;
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
const folderOf = (group: string): string => hash(group).slice(0, 12);
const fileOf = (group: string, key: string): string => `${folderOf(group)}/${hash(key)}`;

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

function parse(bytes: Buffer): KeptTile | null {
  if (bytes.length < lead) return null;
  const end = lead + bytes.readUInt32LE(0);
  if (end > bytes.length) return null;
  try {
    const header = JSON.parse(bytes.toString('utf8', lead, end)) as Header;
    return { ...header, body: bytes.subarray(end) };
  } catch {
    return null;
  }
}
