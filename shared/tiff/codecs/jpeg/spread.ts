import wasmUrl from './spread.wasm?url&inline';
import { compileWasm } from '../wasmAsset';

/** Addresses in the memory that it was given, and sizes in pixels. */
interface Exports {
  spread(stored: number, out: number, width: number, height: number, scratch: number): void;
}

/** bytes of working memory for rows of so many pixels */
export const spreadScratch = (width: number): number => 7 * width + 64;

/**
 * JFIF's YCbCr (four bytes a pixel, the fourth means nothing) to RGB. Colours that were stored at half the picture's size would have
 * been spread over all of it by a triangle filter first (see upsample.ts); the mean of that over two by two pixels is six parts of
 * the sample and one of each neighbour, across and down. Source: build/wasm/spread.c.
 */
export type Spread = Exports['spread'];

let compiled: Promise<object> | undefined;

/** Works in the memory of a decoder, so that its pixels need not be copied. */
export async function startSpread(memory: object): Promise<Spread> {
  const module = await (compiled ??= compileWasm(wasmUrl));
  const { Instance } = (globalThis as unknown as WasmHost).WebAssembly;
  return new Instance(module, { env: { memory } }).exports.spread;
}

interface WasmHost {
  readonly WebAssembly: {
    readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
  };
}
