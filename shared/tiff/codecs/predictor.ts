/** What horizontal differencing is undone on; sums wrap round as the type does. */
type Words = Uint8Array | Uint16Array | Uint32Array;

/**
 * Undoes horizontal differencing (TIFF 6.0 §14) in place: each sample is stored as the difference to the one `channels`
 * before it in its row.
 * @param rowLength samples of a row, all channels
 */
export function undoHorizontal(samples: Words | BigUint64Array, rowLength: number, channels: number): void {
  if (samples instanceof BigUint64Array) return undoHorizontal64(samples, rowLength, channels);
  for (let start = 0; start + rowLength <= samples.length; start += rowLength) {
    const end = start + rowLength;
    if (channels === 1) undoRow1(samples, start, end);
    else if (channels === 3) undoRow3(samples, start, end);
    else if (channels === 4) undoRow4(samples, start, end);
    else for (let i = start + channels; i < end; i++) samples[i]! += samples[i - channels] as number;
  }
}

// The sums of the common cases stay in registers. Going past a type's range is harmless: storing wraps round, and a row
// would need 2^21 pixels of the largest 32-bit differences to leave the integers that a double holds exactly.
function undoRow1(samples: Words, start: number, end: number): void {
  let a = 0;
  for (let i = start; i < end; i++) samples[i] = a = (a + (samples[i] as number)) | 0;
}

function undoRow3(samples: Words, start: number, end: number): void {
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = start; i < end; i += 3) {
    samples[i] = a = (a + (samples[i] as number)) | 0;
    samples[i + 1] = b = (b + (samples[i + 1] as number)) | 0;
    samples[i + 2] = c = (c + (samples[i + 2] as number)) | 0;
  }
}

function undoRow4(samples: Words, start: number, end: number): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = start; i < end; i += 4) {
    samples[i] = a = (a + (samples[i] as number)) | 0;
    samples[i + 1] = b = (b + (samples[i + 1] as number)) | 0;
    samples[i + 2] = c = (c + (samples[i + 2] as number)) | 0;
    samples[i + 3] = d = (d + (samples[i + 3] as number)) | 0;
  }
}

function undoHorizontal64(samples: BigUint64Array, rowLength: number, channels: number): void {
  for (let start = 0; start + rowLength <= samples.length; start += rowLength) {
    for (let i = start + channels; i < start + rowLength; i++) {
      samples[i] = BigInt.asUintN(64, (samples[i] as bigint) + (samples[i - channels] as bigint));
    }
  }
}

/**
 * Undoes the floating point predictor (Adobe's TIFF technical note 3): each row holds byte differences of its samples'
 * bytes, most significant bytes first, plane by plane. Returns the samples' bytes, least significant first.
 * @param rowLength samples of a row, all channels
 * @param width bytes of a sample: 2, 3, 4 or 8
 */
export function undoFloatingPoint(
  bytes: Uint8Array,
  size: number,
  rowLength: number,
  channels: number,
  width: number,
): Uint8Array {
  const out = new Uint8Array(size);
  const rowBytes = rowLength * width;
  const row = new Uint8Array(rowBytes);
  for (let start = 0; start + rowBytes <= size; start += rowBytes) {
    row.set(bytes.subarray(start, start + rowBytes));
    for (let i = channels; i < rowBytes; i++) row[i]! += row[i - channels] as number;
    for (let byte = 0; byte < width; byte++) {
      const plane = byte * rowLength;
      for (let i = 0, to = start + width - 1 - byte; i < rowLength; i++, to += width) {
        out[to] = row[plane + i] as number;
      }
    }
  }
  return out;
}
