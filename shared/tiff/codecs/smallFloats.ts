/** IEEE 754 half precision, as numbers. */
export function halfsToFloats(halfs: Uint16Array): Float32Array {
  const table = (halfTable ??= buildHalfTable());
  const out = new Float32Array(halfs.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < halfs.length; i++) words[i] = table[halfs[i] as number] as number;
  return out;
}

let halfTable: Uint32Array | undefined;

function buildHalfTable(): Uint32Array {
  const table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) {
    table[half] = widen((half >> 15) & 1, (half >> 10) & 31, half & 1023, {
      exponentBits: 5,
      mantissaBits: 10,
    });
  }
  return table;
}

/** 24-bit floats (1 sign, 7 exponent, 16 mantissa bits; Adobe's TIFF technical note 3), least significant byte first. */
export function triplesToFloats(bytes: Uint8Array, count: number): Float32Array {
  const out = new Float32Array(count);
  const words = new Uint32Array(out.buffer);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const high = bytes[at + 2] as number;
    const mantissa = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    words[i] = widen(high >> 7, high & 127, mantissa, { exponentBits: 7, mantissaBits: 16 });
  }
  return out;
}

interface Format {
  readonly exponentBits: number;
  readonly mantissaBits: number;
}

/** The bits of the single-precision number that equals a smaller one. */
function widen(sign: number, exponent: number, mantissa: number, format: Format): number {
  const signBit = sign * 0x80000000;
  const special = (1 << format.exponentBits) - 1;
  const shift = 23 - format.mantissaBits;
  if (exponent === special) return signBit + 0x7f800000 + (mantissa << shift);
  const bias = 127 - (special >> 1);
  if (exponent > 0) return signBit + ((exponent + bias) << 23) + (mantissa << shift);
  if (mantissa === 0) return signBit;
  // A subnormal: its leading bit becomes the implied one.
  const leading = 31 - Math.clz32(mantissa);
  const fraction = (mantissa << (23 - leading)) & 0x7fffff;
  return signBit + ((bias + 1 - (format.mantissaBits - leading)) << 23) + fraction;
}
