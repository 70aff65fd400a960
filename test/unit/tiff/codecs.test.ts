import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { createCodecs, decodeBlock } from '@shared/tiff/codecs';
import { inflate } from '@shared/tiff/codecs/inflate/inflate';
import { decodeReduced } from '@shared/tiff/codecs/reduced';
import { undoHorizontal } from '@shared/tiff/codecs/predictor';
import { halfsToFloats, triplesToFloats } from '@shared/tiff/codecs/smallFloats';
import type { BlockCoding, BlockJob } from '@shared/tiff/types';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { blockCoding, rowJob } from '../../support/rasterCase';

const codecs = createCodecs();

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('no AppError was thrown', { cause: error });
  return error;
}

/** Bytes with the repetitions and the noise that compressors meet in images. */
const imageLike = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), {
    maxLength: 60,
  })
  .map((runs) =>
    Uint8Array.from(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat())),
  );

describe('Deflate', () => {
  test('inflates what zlib deflated, at every level and strategy', () => {
    fc.assert(
      fc.property(
        imageLike,
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        (bytes, level, strategy) => {
          const out = new Uint8Array(bytes.length);
          expect(inflate(deflateSync(bytes, { level, strategy }), out)).toBe(bytes.length);
          expect(Buffer.compare(out, bytes)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('any damage ends in fewer bytes or wrong ones, never in an exception or beyond the buffer', () => {
    fc.assert(
      fc.property(imageLike, fc.nat(), fc.nat(255), (bytes, at, value) => {
        const stored = deflateSync(bytes);
        stored[at % stored.length] = value;
        const length = inflate(stored, new Uint8Array(bytes.length));
        expect(length).toBeGreaterThanOrEqual(-1);
        expect(length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['the portable decoder', createCodecs()],
    ['Node', createNodeCodecs()],
    ['a thread of Node', createNodeCodecs({ ownThread: true })],
  ])('%s stops a stream that grows beyond its block', async (_, registry) => {
    const bomb = deflateSync(Buffer.alloc(50_000_000, 7));
    const block = await decodeBlock(bomb, rowJob(1000, { compression: 'deflate' }), registry);
    expect(block.samples).toEqual(new Uint8Array(1000).fill(7));
    expect(block.samples.buffer.byteLength).toBeLessThan(100_000);
  });

  test('a stream without its zlib header is refused', async () => {
    const raw = deflateRawSync(Buffer.alloc(100, 7));
    const error = await failure(decodeBlock(raw, rowJob(100, { compression: 'deflate' }), codecs));
    expect(error).toMatchObject({ kind: 'tiff.corrupt_block', params: { codec: 'Deflate' } });
  });
});

describe('LZW', () => {
  test('reads the codes of TIFF 6.0 and of the writers before it', async () => {
    await fc.assert(
      fc.asyncProperty(imageLike, fc.boolean(), async (bytes, reversed) => {
        fc.pre(bytes.length > 0);
        const job = rowJob(bytes.length, { compression: 'lzw' });
        const { samples } = await decodeBlock(encodeLzw(bytes, reversed), job, codecs);
        expect(Buffer.compare(samples as Uint8Array, bytes)).toBe(0);
      }),
    );
  });

  test('a code that is not in the table is refused', async () => {
    const stored = Uint8Array.of(0x80, 0x3f, 0xff, 0xff);
    const error = await failure(decodeBlock(stored, rowJob(100, { compression: 'lzw' }), codecs));
    expect(error.kind).toBe('tiff.corrupt_block');
  });
});

/** A plain LZW encoder. Reversed codes are written least significant bit first and grow one code later. */
function encodeLzw(bytes: Uint8Array, reversed: boolean): Uint8Array {
  const bits: number[] = [];
  let table = new Map<string, number>();
  let next = 258;
  let width = 9;
  const put = (code: number): void => {
    for (let i = 0; i < width; i++) bits.push((code >> (reversed ? i : width - 1 - i)) & 1);
  };
  const codeOf = (text: string): number =>
    text.length === 1 ? text.charCodeAt(0) : (table.get(text) as number);
  const clear = (): void => {
    put(256);
    table = new Map();
    next = 258;
    width = 9;
  };
  clear();
  let text = '';
  for (const byte of bytes) {
    const longer = text + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    put(codeOf(text));
    table.set(longer, next++);
    if (next > (1 << width) - (reversed ? 0 : 1)) width++;
    if (next >= 4093) clear();
    text = String.fromCharCode(byte);
  }
  put(codeOf(text));
  next++;
  if (next > (1 << width) - (reversed ? 0 : 1)) width++;
  put(257);
  const out = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (out[i >> 3]! |= bit << (reversed ? i & 7 : 7 - (i & 7))));
  return out;
}

describe('PackBits', () => {
  test('reads literals, runs and pauses', async () => {
    const stored = Uint8Array.of(0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0x80, 0xfd, 0xaa);
    const { samples } = await decodeBlock(stored, rowJob(10, { compression: 'packbits' }), codecs);
    expect([...(samples as Uint8Array)]).toEqual([170, 170, 170, 128, 0, 42, 170, 170, 170, 170]);
  });

  test('a run that would leave the block is cut', async () => {
    const { samples } = await decodeBlock(
      Uint8Array.of(0x81, 9),
      rowJob(5, { compression: 'packbits' }),
      codecs,
    );
    expect([...(samples as Uint8Array)]).toEqual([9, 9, 9, 9, 9]);
  });
});

describe('ZSTD', () => {
  test('a frame that states an absurd size is refused before memory is taken', async () => {
    // A header alone: magic, descriptor with an 8-byte content size, 2^50 bytes.
    const stored = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0);
    const error = await failure(decodeBlock(stored, rowJob(100, { compression: 'zstd' }), codecs));
    expect(error).toMatchObject({ kind: 'tiff.corrupt_block', params: { codec: 'ZSTD' } });
  });

  test('rubbish is refused', async () => {
    const error = await failure(
      decodeBlock(new Uint8Array(64).fill(3), rowJob(100, { compression: 'zstd' }), codecs),
    );
    expect(error.kind).toBe('tiff.corrupt_block');
  });
});

describe('every codec', () => {
  const named = ['lzw', 'deflate', 'zstd', 'packbits', 'lzma', 'jpeg', 'webp', 'lerc'] as const;

  test.each(named)(
    '%s refuses an empty block and rubbish, and says which codec it was',
    async (compression) => {
      for (const bytes of [new Uint8Array(0), new Uint8Array(200).fill(0x5a)]) {
        const coding: Partial<BlockCoding> = { compression, samplesPerPixel: 3 };
        const job: BlockJob = {
          coding: blockCoding(coding),
          width: 16,
          height: 16,
          expectedBytes: 16 * 16 * 300,
        };
        const error = await failure(decodeBlock(bytes, job, codecs));
        expect(error.kind).toBe('tiff.corrupt_block');
        expect(String(error.params['codec']).toLowerCase()).toBe(compression);
      }
    },
  );

  test.each([
    ['jxl', 50002, 'JPEG XL'],
    ['ccitt', 4, 'CCITT'],
    ['old_jpeg', 6, 'old-style JPEG (6)'],
    ['unknown', 34676, 'TIFF 34676'],
  ] as const)('%s is refused by name', async (compression, compressionCode, codec) => {
    const job = rowJob(10, { compression, compressionCode });
    const error = await failure(decodeBlock(new Uint8Array(10), job, codecs));
    expect(error).toMatchObject({ kind: 'tiff.unsupported_codec', params: { codec } });
  });

  test('a block too large for memory is refused before it is decoded', async () => {
    const job: BlockJob = {
      coding: blockCoding(),
      width: 60_000,
      height: 60_000,
      expectedBytes: 3_600_000_000,
    };
    expect((await failure(decodeBlock(new Uint8Array(10), job, codecs))).kind).toBe('tiff.block_too_large');
  });
});

describe('samples', () => {
  test('FillOrder 2 turns the bits of every byte round', async () => {
    const block = await decodeBlock(
      Uint8Array.of(0b00000001, 0b11010000),
      rowJob(2, { fillOrder: 2 }),
      codecs,
    );
    expect([...(block.samples as Uint8Array)]).toEqual([0b10000000, 0b00001011]);
  });

  test('words at odd addresses are read, and stored bytes are never written to', async () => {
    const memory = Buffer.from([99, 1, 2, 3, 4]);
    const coding = { sampleType: 'uint16', bitsPerSample: 16 } as const;
    const job = { ...rowJob(4, coding), width: 2 };
    const little = await decodeBlock(memory.subarray(1), job, codecs);
    expect(little.samples).toEqual(Uint16Array.of(0x0201, 0x0403));
    const big = await decodeBlock(
      memory.subarray(1),
      { ...job, coding: blockCoding({ ...coding, byteOrder: 'big' }) },
      codecs,
    );
    expect(big.samples).toEqual(Uint16Array.of(0x0102, 0x0304));
    expect([...memory]).toEqual([99, 1, 2, 3, 4]);
  });

  test('too few bytes are refused', async () => {
    const error = await failure(decodeBlock(new Uint8Array(9), rowJob(10), codecs));
    expect(error).toMatchObject({ kind: 'tiff.corrupt_block', details: '9 of 10 bytes' });
  });

  test('a complex type is refused by name', async () => {
    const job = { ...rowJob(4, { sampleType: 'complex_int16', bitsPerSample: 32 }), width: 1 };
    const error = await failure(decodeBlock(new Uint8Array(4), job, codecs));
    expect(error).toMatchObject({ kind: 'tiff.unsupported_sample_type', params: { type: 'complex_int16' } });
  });

  test.each([
    [{ photometric: 'cielab', samplesPerPixel: 3 }, 'tiff.unsupported_colours'],
    [{ photometric: 'ycbcr', samplesPerPixel: 3, ycbcrCoefficients: [0, 0, 0] }, 'tiff.corrupt_block'],
  ] as const)('colours that cannot be made RGB are refused: %o', async (coding, kind) => {
    const job = { ...rowJob(3, coding), width: 1 };
    expect((await failure(decodeBlock(new Uint8Array(3), job, codecs))).kind).toBe(kind);
  });

  test('a predictor that fits no type is refused', async () => {
    const job = rowJob(10, { compression: 'deflate', predictor: 3 });
    const error = await failure(decodeBlock(deflateSync(Buffer.alloc(10)), job, codecs));
    expect(error.kind).toBe('tiff.unsupported_predictor');
  });

  test('horizontal differences wrap round, whatever the number of channels', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(Uint8Array, Uint16Array, Uint32Array),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(2 ** 31 - 1), { minLength: 120, maxLength: 120 }),
        (make, channels, width, values) => {
          const row = channels * width;
          const samples = make.from(values.slice(0, row * 2));
          const stored = samples.slice();
          for (let i = 0; i < stored.length; i++) {
            if (i % row >= channels) stored[i] = (samples[i] as number) - (samples[i - channels] as number);
          }
          undoHorizontal(stored, row, channels);
          expect(stored).toEqual(samples);
        },
      ),
    );
  });

  test('half and three-byte floats widen exactly', () => {
    const halfs = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x3555);
    expect([...halfsToFloats(halfs)]).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      -0,
      Infinity,
      -Infinity,
      0.333251953125,
    ]);
    expect(halfsToFloats(Uint16Array.of(0x7e00))[0]).toBeNaN();
    const triples = Uint8Array.of(0, 0, 0x3f, 0, 0x80, 0xbf, 1, 0, 0, 0, 0, 0x7f);
    expect([...triplesToFloats(triples, 4)]).toEqual([1, -1.5, 2 ** -78, Infinity]);
  });

  test('clusters of YCbCr share their chroma and are cut at the edges', async () => {
    const coding: Partial<BlockCoding> = {
      photometric: 'ycbcr',
      samplesPerPixel: 3,
      ycbcrSubsampling: [2, 2],
    };
    // Two clusters for 3 x 2 pixels: grey, then red as far as it reaches.
    const stored = Uint8Array.of(10, 20, 30, 40, 128, 128, 81, 200, 81, 200, 90, 240);
    const job: BlockJob = { coding: blockCoding(coding), width: 3, height: 2, expectedBytes: 12 };
    const { samples, channels } = await decodeBlock(stored, job, codecs);
    expect(channels).toBe(3);
    const pixels = [...(samples as Uint8Array)];
    expect(pixels.slice(0, 6)).toEqual([10, 10, 10, 20, 20, 20]);
    expect(pixels.slice(9, 15)).toEqual([30, 30, 30, 40, 40, 40]);
    expect(pixels.slice(6, 9)).toEqual(pixels.slice(15, 18));
    expect(pixels.slice(6, 9)).toEqual([238, 14, 14]);
  });
});

describe('a block at a fraction of its size', () => {
  const job: BlockJob = {
    coding: blockCoding({ samplesPerPixel: 2 }),
    width: 3,
    height: 2,
    expectedBytes: 12,
  };
  const bytes = Uint8Array.of(1, 10, 3, 30, 5, 50, 5, 50, 7, 71, 9, 90);

  test('holds the means of squares, cut at the edges', async () => {
    const block = await decodeReduced(bytes, job, 2, codecs);
    expect(block).toEqual({ width: 2, height: 1, channels: 2, samples: Uint8Array.of(4, 40, 7, 70) });
  });

  test('comes from the codec itself where that can', async () => {
    const small = { width: 2, height: 1, channels: 2, samples: Uint8Array.of(1, 2, 3, 4) };
    const registry = { get: codecs.get, reduced: { none: () => Promise.resolve(small) } };
    expect(await decodeReduced(bytes, job, 2, registry)).toBe(small);
    const unable = { get: codecs.get, reduced: { none: () => Promise.resolve(null) } };
    expect((await decodeReduced(bytes, job, 8, unable)).samples).toEqual(Uint8Array.of(5, 50));
  });
});
