import { ZSTDDecoder } from 'zstddec';
import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';

/** bytes a block may claim beyond what its rows need: some writers store the last strip in full. */
const SURPLUS = 256 * 1024 * 1024;

let ready: Promise<ZSTDDecoder> | undefined;

/** Zstandard (code 50000), by zstddec's WebAssembly. */
export const decodeZstd: BlockDecoder = async (bytes, job) => {
  const decoder = await (ready ??= start());
  const size = frameSize(bytes) ?? job.expectedBytes;
  if (size > job.expectedBytes + SURPLUS) throw corruptBlock(job.coding, `frame of ${size} bytes`);
  const out = decoder.decode(bytes, Math.max(size, job.expectedBytes));
  if (out.length === 0) throw corruptBlock(job.coding, 'not a Zstandard frame');
  return out;
};

async function start(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder;
}

/** The decoded size that a frame's header states, if it does (RFC 8878 §3.1.1.1). */
function frameSize(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 14 || view.getUint32(0, true) !== 0xfd2fb528) return null;
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor >> 5) & 1;
  const at = 5 + (1 - singleSegment) + ([0, 1, 2, 4][descriptor & 3] as number);
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? view.getUint8(at) : null;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return at + 4 <= bytes.length ? view.getUint32(at, true) : null;
    default:
      return at + 8 <= bytes.length ? Number(view.getBigUint64(at, true)) : null;
  }
}
