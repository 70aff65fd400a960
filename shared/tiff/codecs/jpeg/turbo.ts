import wasmUrl from '@cwasm/jpeg-turbo/jpeg-turbo.wasm?url&inline';
import { compileWasm } from '../wasmAsset';
import { spreadScratch, startSpread, type Spread } from './spread';

/** What libjpeg-turbo's WebAssembly offers; numbers are addresses in its memory but for sizes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(at: number): void;
  tjInitDecompress(): number;
  /** 0 where the picture is whole. Scales down to the largest of its sizes that fits; its flags 0 mean the exact transform. */
  tjDecompress2(
    handle: number,
    source: number,
    length: number,
    out: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

/** TurboJPEG's pixel formats: its number and the bytes of a pixel; the fourth byte of 'rgbx' means nothing. */
const FORMATS = { rgb: [0, 3], rgbx: [2, 4], grey: [6, 1] } as const;

export type PixelFormat = keyof typeof FORMATS;

/**
 * libjpeg-turbo in WebAssembly. Decoding to half the size, its transform gives the means of squares of two by two samples:
 * one of half the length, on which the upper coefficients are folded.
 */
export class TurboJpeg {
  readonly #exports: Exports;
  readonly #handle: number;
  readonly #spread: Spread;
  readonly #source = { at: 0, bytes: 0 };
  readonly #out = { at: 0, bytes: 0 };
  readonly #spreadOut = { at: 0, bytes: 0 };
  readonly #scratch = { at: 0, bytes: 0 };
  #spent = false;

  private constructor(exports: Exports, spread: Spread) {
    this.#exports = exports;
    this.#spread = spread;
    this.#handle = exports.tjInitDecompress();
  }

  /** Whether a stream was so damaged that libjpeg left in the middle: it is not to be trusted with another one. */
  get isSpent(): boolean {
    return this.#spent;
  }

  static async start(): Promise<TurboJpeg> {
    const module = await (compiled ??= compileWasm(wasmUrl));
    const { Instance } = (globalThis as unknown as WasmHost).WebAssembly;
    const { exports } = new Instance(module, imports);
    return new TurboJpeg(exports, await startSpread(exports.memory));
  }

  /**
   * Decodes a stream of YCbCr whose colours have half the samples across and down to half its size, as RGB; within a level of the
   * means of the whole picture. As `decode` else.
   */
  halved(stream: Uint8Array, width: number, height: number): Uint8Array | null {
    if (!this.decode(stream, width, height, 'rgbx')) return null;
    const bytes = width * height * 3;
    const out = this.#room(this.#spreadOut, bytes);
    const scratch = this.#room(this.#scratch, spreadScratch(width));
    this.#spread(this.#out.at, out, width, height, scratch);
    return new Uint8Array(this.#exports.memory.buffer, out, bytes);
  }

  /**
   * Decodes a stream of one or three components to a size; the bytes are good until the next call. Null where anything is
   * wrong with the stream; where libjpeg gave up on it, this instance is spent.
   */
  decode(stream: Uint8Array, width: number, height: number, pixels: PixelFormat): Uint8Array | null {
    return this.#decode(stream, width, height, pixels, false);
  }

  /**
   * As `decode`, of a stream that goes on after the height that its frame states, of which nothing is looked at. A black picture
   * counts as none.
   */
  decodeBeginning(stream: Uint8Array, width: number, height: number, pixels: PixelFormat): Uint8Array | null {
    const size = width * height * FORMATS[pixels][1];
    new Uint8Array(this.#exports.memory.buffer, this.#room(this.#out, size), size).fill(0);
    // The bytes behind the last row are a fault that libjpeg tells after all rows are done.
    const decoded = this.#decode(stream, width, height, pixels, true);
    return decoded?.some((value) => value > 0) ? decoded : null;
  }

  #decode(
    stream: Uint8Array,
    width: number,
    height: number,
    pixels: PixelFormat,
    lenient: boolean,
  ): Uint8Array | null {
    const [format, bytes] = FORMATS[pixels];
    const size = width * height * bytes;
    const source = this.#room(this.#source, stream.length);
    const out = this.#room(this.#out, size);
    const { memory } = this.#exports;
    new Uint8Array(memory.buffer, source, stream.length).set(stream);
    const { length } = stream;
    try {
      const failed = this.#exports.tjDecompress2(
        this.#handle,
        source,
        length,
        out,
        width,
        0,
        height,
        format,
        0,
      );
      return failed === 0 || lenient ? new Uint8Array(memory.buffer, out, size) : null;
    } catch {
      this.#spent = true;
      return null;
    }
  }

  #room(kept: { at: number; bytes: number }, bytes: number): number {
    if (kept.bytes >= bytes) return kept.at;
    if (kept.at !== 0) this.#exports.free(kept.at);
    kept.at = this.#exports.malloc(bytes);
    kept.bytes = kept.at === 0 ? 0 : bytes;
    if (kept.at === 0) throw new RangeError(`no room for ${bytes} bytes`);
    return kept.at;
  }
}

let compiled: Promise<object> | undefined;
let started: Promise<TurboJpeg> | undefined;

/** The decoder of this thread. Nobody else decodes between the answer to a call and the next promise that is waited for. */
export async function usableTurbo(): Promise<TurboJpeg> {
  const turbo = await (started ??= TurboJpeg.start());
  return turbo.isSpent ? (started = TurboJpeg.start()) : turbo;
}

let scratch = new Uint8Array(0);

/** Room for a stream that is decoded at once: the same one each time, for fresh memory is slow to get. */
export function streamScratch(length: number): Uint8Array {
  if (scratch.length < length) scratch = new Uint8Array(length + (length >> 1));
  return scratch.subarray(0, length);
}

interface WasmHost {
  readonly WebAssembly: {
    readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
  };
}

/** Errors of libjpeg end the call by an exception; nothing else is ever asked of the host. */
const imports = {
  env: {
    setjmp: () => 0,
    longjmp: (): never => {
      throw new Error('libjpeg gave up');
    },
  },
  wasi_snapshot_preview1: {
    proc_exit: () => 0,
    environ_sizes_get: () => 0,
    environ_get: () => 0,
    fd_close: () => 0,
    fd_seek: () => 0,
    fd_write: () => 0,
  },
};
