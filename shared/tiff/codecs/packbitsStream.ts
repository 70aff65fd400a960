/**
 * Decodes a block piece by piece: takes the next bytes of it and gives what they decode to, in pieces. False for a stream
 * that cannot be.
 */
export type StreamDecoder = (input: Uint8Array, emit: (bytes: Uint8Array) => void) => boolean;

/** PackBits (TIFF 6.0 §9) piece by piece. */
export function packBitsStream(): StreamDecoder {
  /** Bytes to come as they are, and the number of times that the next byte repeats. */
  let literal = 0;
  let repeat = 0;
  return (input, emit) => {
    let at = 0;
    while (at < input.length) {
      if (literal > 0) {
        const taken = Math.min(literal, input.length - at);
        emit(input.subarray(at, at + taken));
        literal -= taken;
        at += taken;
      } else if (repeat > 0) {
        emit(new Uint8Array(repeat).fill(input[at++]!));
        repeat = 0;
      } else {
        const count = input[at++]!;
        if (count < 128) literal = count + 1;
        else if (count > 128) repeat = 257 - count;
      }
    }
    return true;
  };
}
