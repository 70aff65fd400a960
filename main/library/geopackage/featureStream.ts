/**
 * A FeatureCollection of any size as a stream: bytes are scanned for where each feature begins and ends, and only that much is
 * parsed. Memory holds one chunk, one batch and the largest feature.
 */
import type { Feature, Geometry } from 'geojson';
import { AppError } from '@shared/errors';
import { notGeoJson } from './errors';

export type AnyFeature = Feature<Geometry | null, Record<string, unknown> | null>;

/** Features handed on together: an await for each one would cost more than its parsing. */
const BATCH = 512;

/** A feature larger than this is not one: a string of V8 could not hold it. */
const LARGEST_FEATURE = 1 << 28;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

/** What a byte means to the scanner: 0 nothing, 1 opens, 2 closes, 3 quote, 4 not a space. */
const KINDS = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256).fill(4);
  for (const space of ' \t\r\n') table[space.charCodeAt(0)] = 0;
  for (const mark of [0xef, 0xbb, 0xbf]) table[mark] = 0; // a byte order mark; letters stand in strings only
  for (const open of '{[') table[open.charCodeAt(0)] = 1;
  for (const close of '}]') table[close.charCodeAt(0)] = 2;
  table[QUOTE] = 3;
  return table;
}

/**
 * Reads the features of a GeoJSON FeatureCollection. `name` is the file's, for messages.
 * Throws `results.not_geojson` (also for a file that ends too early), `results.other_crs`, `results.feature_too_large`.
 */
export async function* readFeatures(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<AnyFeature[]> {
  const splitter = new FeatureSplitter(name);
  let batch: AnyFeature[] = [];
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (const text of splitter.push(buffer)) {
      batch.push(parseFeature(text, name));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  splitter.finish();
  if (batch.length > 0) yield batch;
}

function parseFeature(text: string, name: string): AnyFeature {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notGeoJson(name, (error as Error).message);
  }
  const feature = value as Partial<AnyFeature>;
  if (feature.type !== 'Feature') throw notGeoJson(name, 'a member of "features" is not a Feature');
  return feature as AnyFeature;
}

/** Depth 0 is outside the collection, 1 inside it, 2 inside a member, 3 inside a feature. */
class FeatureSplitter {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The pieces of the text that is being gathered: a key, a small member, or a feature; null between them. */
  #pieces: Buffer[] | null = null;
  #gathered = 0;
  #key = '';
  #expectsKey = false;
  #inFeatures = false;
  #sawFeatures = false;
  #done = false;

  constructor(private readonly name: string) {}

  /** The texts of the features that end in this chunk. */
  push(chunk: Buffer): string[] {
    const texts: string[] = [];
    let start = this.#pieces ? 0 : -1;
    let i = 0;
    while (i < chunk.length) {
      if (this.#inString) {
        i = this.#passString(chunk, i);
        if (!this.#inString && this.#depth === 1 && this.#expectsKey && start >= 0) {
          this.#key = this.#take(chunk, start, i).slice(1, -1);
          start = -1;
        }
        continue;
      }
      if (this.#depth >= 3) i = passPlain(chunk, i);
      const byte = chunk[i];
      if (byte === undefined) break;
      const kind = KINDS[byte]!;
      if (kind === 0) {
        i++;
        continue;
      }
      if (kind === 3) {
        if (this.#depth === 0 || (this.#depth === 2 && this.#inFeatures)) {
          throw notGeoJson(this.name, 'a text stands where an object should');
        }
        if (this.#depth === 1 && this.#expectsKey) start = this.#begin(i);
        this.#inString = true;
        i++;
        continue;
      }
      if (kind === 1) {
        start = this.#open(byte, i, start);
      } else if (kind === 2) {
        start = this.#close(chunk, i, start, texts);
      } else {
        this.#other(byte);
      }
      i++;
    }
    if (start >= 0) this.#gather(chunk, start);
    return texts;
  }

  finish(): void {
    if (!this.#done) throw notGeoJson(this.name, 'it ends too early');
    if (!this.#sawFeatures) throw notGeoJson(this.name, 'it has no "features"');
  }

  #open(byte: number, at: number, start: number): number {
    const curly = byte === 0x7b;
    if (this.#depth === 0 && (!curly || this.#done)) {
      throw notGeoJson(this.name, 'it is not one JSON object');
    }
    this.#depth++;
    if (this.#depth === 1) this.#expectsKey = true;
    if (this.#depth === 2) {
      this.#inFeatures = this.#key === 'features' && !curly;
      if (this.#inFeatures) this.#sawFeatures = true;
      if (this.#key === 'crs') return this.#begin(at);
    }
    if (this.#depth === 3 && this.#inFeatures) {
      if (!curly) throw notGeoJson(this.name, 'a member of "features" is not an object');
      return this.#begin(at);
    }
    return start;
  }

  #close(chunk: Buffer, at: number, start: number, texts: string[]): number {
    this.#depth--;
    if (this.#depth < 0) throw notGeoJson(this.name, 'brackets do not match');
    if (this.#depth === 0) this.#done = true;
    if (this.#depth === 2 && this.#inFeatures && start >= 0) {
      texts.push(this.#take(chunk, start, at + 1));
      return -1;
    }
    if (this.#depth === 1 && this.#key === 'crs' && start >= 0) {
      this.#checkCrs(this.#take(chunk, start, at + 1));
      return -1;
    }
    return start;
  }

  /** A byte that is neither bracket, quote nor space, above the depth of features. */
  #other(byte: number): void {
    if (this.#depth === 0) throw notGeoJson(this.name, 'there is text outside the JSON object');
    if (this.#depth === 2 && this.#inFeatures && byte !== COMMA) {
      throw notGeoJson(this.name, 'a member of "features" is not an object');
    }
    if (this.#depth !== 1) return;
    if (byte === COLON) this.#expectsKey = false;
    else if (byte === COMMA) this.#expectsKey = true;
  }

  /** The index after the string's closing quote, or the chunk's end. */
  #passString(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        return i + 1;
      }
    }
    return chunk.length;
  }

  #begin(at: number): number {
    this.#pieces = [];
    this.#gathered = 0;
    return at;
  }

  #gather(chunk: Buffer, start: number): void {
    const piece = chunk.subarray(start);
    this.#gathered += piece.length;
    if (this.#gathered > LARGEST_FEATURE) {
      throw new AppError('results.feature_too_large', { name: this.name });
    }
    this.#pieces?.push(Buffer.from(piece));
  }

  #take(chunk: Buffer, start: number, end: number): string {
    const pieces = this.#pieces ?? [];
    this.#pieces = null;
    if (pieces.length === 0) return chunk.toString('utf8', start, end);
    return Buffer.concat([...pieces, chunk.subarray(start, end)]).toString('utf8');
  }

  /** Only longitude and latitude on WGS 84 are GeoJSON (RFC 7946); older files may name another system. */
  #checkCrs(text: string): void {
    const named = /"name"\s*:\s*"([^"]*)"/.exec(text)?.[1];
    if (named === undefined || /(CRS84|EPSG:{1,2}4326)$/i.test(named)) return;
    throw new AppError('results.other_crs', { name: this.name, crs: named });
  }
}

/** The index of the next bracket or quote: most of a feature is digits and commas. */
function passPlain(chunk: Buffer, from: number): number {
  let i = from;
  while (i < chunk.length && (KINDS[chunk[i]!]! & 3) === 0) i++;
  return i;
}
