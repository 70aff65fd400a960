import type { Pass, Piece } from './ports';

/** The bytes of a chunk, each part only when it may leave. */
export async function* passing(
  pieces: AsyncIterable<Piece>,
  pass: Pass,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { bytes, end } of pieces) {
    let untold = end;
    for (let at = 0; at < bytes.length;) {
      const allowed = await pass(bytes.length - at, untold);
      untold = null;
      yield bytes.subarray(at, at + allowed);
      at += allowed;
    }
  }
}
