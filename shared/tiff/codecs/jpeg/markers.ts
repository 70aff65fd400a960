/** Marker codes of ITU T.81, table B.1: the second byte, after 0xff. */
export const MARKER = {
  SOF0: 0xc0,
  SOF1: 0xc1,
  SOF2: 0xc2,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DNL: 0xdc,
  DRI: 0xdd,
  APP0: 0xe0,
  APP14: 0xee,
  APP15: 0xef,
  COM: 0xfe,
  TEM: 0x01,
} as const;

/** A marker segment: the marker at `start`, its parameters from `data` to `end`. */
export interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly data: number;
  readonly end: number;
}

/** The segment that starts at or after `from`; null at the end of the stream. Bytes that are no marker are skipped. */
export function nextSegment(bytes: Uint8Array, from: number): Segment | null {
  let at = from;
  while (at + 1 < bytes.length) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) {
      at++;
      continue;
    }
    if (marker === MARKER.TEM || (marker >= MARKER.RST0 && marker <= MARKER.EOI)) {
      return { marker, start: at, data: at + 2, end: at + 2 };
    }
    if (at + 4 > bytes.length) return null;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    return { marker, start: at, data: at + 4, end: Math.min(at + 2 + Math.max(length, 2), bytes.length) };
  }
  return null;
}

/** True for the frame headers: SOF0–SOF15 without the codes among them that mean something else. */
export function isFrameHeader(marker: number): boolean {
  return (
    marker >= MARKER.SOF0 &&
    marker <= MARKER.SOF15 &&
    marker !== MARKER.DHT &&
    marker !== MARKER.JPG &&
    marker !== MARKER.DAC
  );
}
