import type { BlockDecoder, CodecRegistry, Compression } from '../types';
import { decodeNone } from './none';
import { decodePackBits } from './packbits';

/** Decoders that an environment brings along because they are faster there than the portable ones. */
export type CodecOverrides = Readonly<Partial<Record<Compression, BlockDecoder>>>;

/** What the portable decoders need to know of the environment. */
export interface CodecEnvironment {
  /** Where LERC's `.wasm` file can be fetched; beside its module when left out. */
  readonly lercWasmUrl?: string;
}

/**
 * The decoders of an environment. Each portable one is loaded when a block first asks for it; `overrides` take precedence.
 * What is missing here (JPEG XL, CCITT, old-style JPEG) is refused by name in `decodeBlock`.
 */
export function createCodecs(
  overrides: CodecOverrides = {},
  { lercWasmUrl }: CodecEnvironment = {},
): CodecRegistry {
  const registry: CodecRegistry = { get: (compression) => overrides[compression] ?? portable[compression] };
  const portable: CodecOverrides = {
    none: decodeNone,
    packbits: decodePackBits,
    lzw: lazy(async () => (await import('./lzw')).decodeLzw),
    deflate: lazy(async () => (await import('./deflate')).decodeDeflate),
    zstd: lazy(async () => (await import('./zstd')).decodeZstd),
    lzma: lazy(async () => (await import('./lzma')).decodeLzma),
    jpeg: lazy(async () => (await import('./jpeg')).decodeJpeg),
    webp: lazy(async () => (await import('./webp')).decodeWebp),
    lerc: lazy(async () => (await import('./lerc')).createLerc(registry, lercWasmUrl)),
  };
  return registry;
}

function lazy(load: () => Promise<BlockDecoder>): BlockDecoder {
  let loaded: Promise<BlockDecoder> | undefined;
  return async (bytes, job) => {
    const decoder = await (loaded ??= load());
    return decoder(bytes, job);
  };
}
