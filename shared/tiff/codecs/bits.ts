/**
 * Samples of `bits` bits each (1–32), packed most significant bit first, rows padded to whole bytes (TIFF 6.0 §7).
 * @param rowLength samples of a row, all channels
 */
export function unpackBits(
  bytes: Uint8Array,
  out: Uint8Array | Uint16Array | Uint32Array,
  rowLength: number,
  bits: number,
): void {
  const rowBytes = Math.ceil((rowLength * bits) / 8);
  const rows = Math.floor(out.length / rowLength);
  for (let row = 0; row < rows; row++) {
    const at = row * rowBytes;
    const to = row * rowLength;
    if (bits === 1) unpackRow1(bytes, out, at, to, rowLength);
    else unpackRow(bytes, out, at, to, rowLength, bits);
  }
}

function unpackRow1(
  bytes: Uint8Array,
  out: Uint8Array | Uint16Array | Uint32Array,
  at: number,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[to + i] = ((bytes[at + (i >> 3)] as number) >> (7 - (i & 7))) & 1;
}

function unpackRow(
  bytes: Uint8Array,
  out: Uint8Array | Uint16Array | Uint32Array,
  at: number,
  to: number,
  count: number,
  bits: number,
): void {
  let held = 0;
  let heldBits = 0;
  let next = at;
  const range = 2 ** bits;
  for (let i = 0; i < count; i++) {
    // Up to 39 bits are held at once, more than the bitwise operators take: hence the arithmetic.
    while (heldBits < bits) {
      held = held * 256 + (bytes[next++] as number);
      heldBits += 8;
    }
    heldBits -= bits;
    const scale = 2 ** heldBits;
    const sample = Math.floor(held / scale);
    out[to + i] = sample % range;
    held -= sample * scale;
  }
}
