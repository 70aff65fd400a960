/** Geometries as flat arrays, for drawing and measuring: no array for each position. */

/** A point, a line, or a polygon's rings (exterior first, closing point included); x0, y0, x1, y1, … degrees. */
export interface FlatPart {
  readonly dimension: 0 | 1 | 2;
  readonly lines: readonly Float64Array[];
}

const ENVELOPE_BYTES = [0, 32, 48, 48, 64];

/** The parts of a GeoPackage blob, collections and multi-geometries taken apart; none for an empty one. */
export function flatParts(blob: Uint8Array): FlatPart[] {
  const flags = blob[3]!;
  if ((flags & 0b0001_0000) !== 0) return [];
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const parts: FlatPart[] = [];
  readGeometry(view, 8 + (ENVELOPE_BYTES[(flags >> 1) & 7] ?? 0), parts);
  return parts;
}

/** The offset after the geometry. */
function readGeometry(view: DataView, start: number, parts: FlatPart[]): number {
  const little = view.getUint8(start) === 1;
  const code = view.getUint32(start + 1, little);
  const dimensions = code >= 3000 ? 4 : code >= 1000 ? 3 : 2;
  let at = start + 5;
  const count = (): number => {
    at += 4;
    return view.getUint32(at - 4, little);
  };
  const line = (length: number): Float64Array => {
    const out = new Float64Array(2 * length);
    for (let i = 0; i < length; i++, at += 8 * dimensions) {
      out[2 * i] = view.getFloat64(at, little);
      out[2 * i + 1] = view.getFloat64(at + 8, little);
    }
    return out;
  };
  switch (code % 1000) {
    case 1:
      parts.push({ dimension: 0, lines: [line(1)] });
      return at;
    case 2:
      parts.push({ dimension: 1, lines: [line(count())] });
      return at;
    case 3:
      parts.push({ dimension: 2, lines: Array.from({ length: count() }, () => line(count())) });
      return at;
    default:
      for (let left = count(); left > 0; left--) at = readGeometry(view, at, parts);
      return at;
  }
}
