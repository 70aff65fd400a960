import { deflateSync } from 'node:zlib';
import type { OverviewCoding } from '@shared/tiff/overviews';
import type { RowWindow } from '@shared/tiff/overviews';
import { createWorking } from '@shared/tiff/overviews';
import type { SampleType } from '@shared/tiff/types';
import { differences, floatDifferences, storedOrder } from './predict';

type Turbo = typeof import('@julusian/jpeg-turbo');
type Samples = RowWindow['data'];

/** Fast: twice the speed of the next level for a twentieth more bytes. */
const DEFLATE_LEVEL = 1;
const MASK_LEVEL = 6;

/** Loads what JPEG is written with. */
export async function loadJpegEncoder(): Promise<Turbo> {
  const module = (await import('@julusian/jpeg-turbo')) as Turbo & { readonly default?: Turbo };
  return module.default ?? module;
}

/** Where a tile lies in the rows at hand, in pixels of the level; it may be cut by the level's right and lower edge. */
export interface TilePlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Encodes tiles one after another; what it gives is good until the next one. */
export class TileEncoder {
  readonly #side: number;
  readonly #coding: OverviewCoding;
  readonly #turbo: Turbo | null;
  readonly #scratch: Samples;
  readonly #out: Buffer;

  constructor(coding: OverviewCoding, side: number, turbo: Turbo | null, sampleType: SampleType) {
    this.#side = side;
    this.#coding = coding;
    this.#turbo = coding.codec === 'jpeg' ? turbo : null;
    this.#scratch = createWorking(sampleType, side * side * coding.channels);
    this.#out = Buffer.alloc(
      this.#turbo
        ? this.#turbo.bufferSize({ width: side, height: side, subsampling: this.#turbo.SAMP_444 })
        : 0,
    );
  }

  /** The stored bytes of a tile. What lies outside the level repeats its edge. */
  image(rows: RowWindow, place: TilePlace): Uint8Array {
    const samples = this.#cut(rows, place);
    return this.#turbo ? this.#jpeg(this.#turbo, samples) : this.#deflate(samples);
  }

  /** The mask of a tile: a bit for each pixel, set where it counts; null where none does. */
  mask(rows: RowWindow, place: TilePlace): Uint8Array | null {
    const rowBytes = this.#side / 8;
    const bits = new Uint8Array(rowBytes * this.#side);
    let any = 0;
    for (let y = 0; y < place.height; y++) {
      const from = rows.at(place.y + y) + place.x - rows.x;
      for (let x = 0; x < place.width; x++) {
        if (!rows.mask![from + x]) continue;
        bits[y * rowBytes + (x >> 3)]! |= 0x80 >> (x & 7);
        any = 1;
      }
    }
    return any ? deflateSync(bits, { level: MASK_LEVEL }) : null;
  }

  #cut(rows: RowWindow, { x, y, width, height }: TilePlace): Samples {
    const { channels } = rows;
    const scratch = this.#scratch;
    const rowLength = this.#side * channels;
    for (let row = 0; row < height; row++) {
      const from = (rows.at(y + row) + x - rows.x) * channels;
      scratch.set(rows.data.subarray(from, from + width * channels), row * rowLength);
      const end = row * rowLength + width * channels;
      for (let i = end; i < (row + 1) * rowLength; i++) scratch[i] = scratch[i - channels]!;
    }
    for (let row = height; row < this.#side; row++) {
      scratch.copyWithin(row * rowLength, (height - 1) * rowLength, height * rowLength);
    }
    return scratch;
  }

  #jpeg(turbo: Turbo, samples: Samples): Uint8Array {
    const grey = this.#coding.channels === 1;
    return turbo.compressSync(Buffer.from(samples.buffer), this.#out, {
      format: grey ? turbo.FORMAT_GRAY : turbo.FORMAT_RGB,
      width: this.#side,
      height: this.#side,
      subsampling: grey ? turbo.SAMP_GRAY : turbo.SAMP_420,
      quality: this.#coding.quality,
    });
  }

  #deflate(samples: Samples): Uint8Array {
    const { channels, predictor, byteOrder, sampleType } = this.#coding;
    const row = this.#side * channels;
    if (predictor === 3) {
      return deflateSync(floatDifferences(samples as Float32Array | Float64Array, row, channels), {
        level: DEFLATE_LEVEL,
      });
    }
    const words = sampleType === 'int64' || sampleType === 'uint64' ? wide(samples, sampleType) : samples;
    if (predictor === 2) differences(samples, row, channels);
    return deflateSync(storedOrder(words, byteOrder), { level: DEFLATE_LEVEL });
  }
}

/** 64-bit integers were averaged as doubles. */
function wide(samples: Samples, type: 'int64' | 'uint64'): BigInt64Array | BigUint64Array {
  return type === 'int64'
    ? BigInt64Array.from(samples, (value) => BigInt(Math.round(value)))
    : BigUint64Array.from(samples, (value) => BigInt(Math.round(value)));
}
