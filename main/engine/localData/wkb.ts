/**
 * Polygons out of a GeoPackage's blobs. Source: OGC 12-128r17 (GeoPackage 1.3), 2.1.3; OGC 06-103r4, 8.2 for well-known binary, whose
 * types with Z, M and both are the flat ones plus 1000, 2000 and 3000, or have EWKB's high bits.
 */
type Point = [number, number];
type Polygon = Point[][];

/** bytes of the bounding box after the eight of the header, by its code */
const envelopes = [0, 32, 48, 48, 64] as const;

/** The polygons of a blob; none for other geometries, empty ones and what is cut off. */
export function polygonsOfBlob(blob: Uint8Array): Polygon[] {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8 || blob[0] !== 0x47 || blob[1] !== 0x50) return [];
  const envelope = envelopes[(blob[3]! >> 1) & 7];
  if (envelope === undefined) return [];
  try {
    return new Reader(view, 8 + envelope).polygons();
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

class Reader {
  #little = true;

  constructor(
    private readonly view: DataView,
    private at: number,
  ) {}

  polygons(): Polygon[] {
    this.#little = this.view.getUint8(this.at) === 1;
    const code = this.#integer(1) & 0x0fff_ffff;
    const high = this.view.getUint32(this.at + 1, this.#little) >>> 28;
    const kind = code % 1000;
    const isoDimensions = [0, 1, 1, 2][Math.floor(code / 1000)] ?? 0;
    const more = isoDimensions + (high & 8 ? 1 : 0) + (high & 4 ? 1 : 0);
    this.at += 5;
    if (kind === 3) return [this.#polygon(2 + more)];
    if (kind !== 6 && kind !== 7) return [];
    const count = this.#count();
    return Array.from({ length: count }, () => this.polygons()).flat();
  }

  #integer(offset: number): number {
    return this.view.getUint32(this.at + offset, this.#little);
  }

  /** A number of things that follow; each takes some bytes, so that damage cannot ask for all memory. */
  #count(): number {
    const count = this.#integer(0);
    this.at += 4;
    if (count > this.view.byteLength) throw new RangeError('a count beyond the blob');
    return count;
  }

  #polygon(dimensions: number): Polygon {
    const rings = this.#count();
    return Array.from({ length: rings }, () => {
      const points = this.#count();
      return Array.from({ length: points }, (): Point => {
        const point: Point = [
          this.view.getFloat64(this.at, this.#little),
          this.view.getFloat64(this.at + 8, this.#little),
        ];
        this.at += 8 * dimensions;
        return point;
      });
    });
  }
}
