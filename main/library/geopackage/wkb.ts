/**
 * Geometries between GeoJSON and a GeoPackage's blobs: a small header with the bounding box, then well-known binary. Source: OGC
 * 12-128r17 (GeoPackage 1.3), 2.1.3; OGC 06-103r4, 8.2 for WKB; Z types are the flat ones plus 1000.
 */
import type { Geometry, Position } from 'geojson';

/** min x, min y, max x, max y */
export type Box = [number, number, number, number];

const CODES = {
  Point: 1,
  LineString: 2,
  Polygon: 3,
  MultiPoint: 4,
  MultiLineString: 5,
  MultiPolygon: 6,
  GeometryCollection: 7,
} as const;

export type GeometryType = keyof typeof CODES;

const NAMES = new Map<number, GeometryType>(
  Object.entries(CODES).map(([name, code]) => [code, name as GeometryType]),
);

const HEADER = 40;
/** Little-endian, envelope of x and y. */
const FLAGS = 0b0000_0011;
const EMPTY_FLAG = 0b0001_0000;

export interface EncodedGeometry {
  readonly blob: Buffer;
  readonly box: Box;
  readonly type: GeometryType;
  readonly hasZ: boolean;
}

/** Writes geometries one after another into one buffer that grows to the largest. */
export class GeometryEncoder {
  #buffer = Buffer.alloc(1 << 16);
  #at = 0;
  #box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  #z = false;

  constructor(private readonly srsId: number) {}

  /** Null for a geometry without a usable position: empty, or with a coordinate that is no number. */
  encode(geometry: Geometry): EncodedGeometry | null {
    this.#at = HEADER;
    this.#box = [Infinity, Infinity, -Infinity, -Infinity];
    this.#z = hasZ(geometry);
    try {
      this.#geometry(geometry);
    } catch (error) {
      if (error instanceof NotAGeometry) return null;
      throw error;
    }
    const box = this.#box;
    if (!box.every(Number.isFinite)) return null;
    const blob = Buffer.from(this.#buffer.subarray(0, this.#at));
    blob.write('GP', 0, 'latin1');
    blob[2] = 0;
    blob[3] = FLAGS;
    blob.writeInt32LE(this.srsId, 4);
    blob.writeDoubleLE(box[0], 8);
    blob.writeDoubleLE(box[2], 16);
    blob.writeDoubleLE(box[1], 24);
    blob.writeDoubleLE(box[3], 32);
    return { blob, box, type: geometry.type, hasZ: this.#z };
  }

  #geometry(geometry: Geometry): void {
    const code = CODES[geometry.type];
    if (code === undefined) throw new NotAGeometry();
    this.#room(9);
    this.#buffer[this.#at] = 1;
    this.#buffer.writeUInt32LE(code + (this.#z ? 1000 : 0), this.#at + 1);
    this.#at += 5;
    switch (geometry.type) {
      case 'Point':
        return this.#position(geometry.coordinates);
      case 'LineString':
        return this.#line(geometry.coordinates);
      case 'Polygon':
        return this.#each(geometry.coordinates, (ring) => this.#line(ring));
      case 'MultiPoint':
        return this.#each(geometry.coordinates, (coordinates) =>
          this.#geometry({ type: 'Point', coordinates }),
        );
      case 'MultiLineString':
        return this.#each(geometry.coordinates, (coordinates) =>
          this.#geometry({ type: 'LineString', coordinates }),
        );
      case 'MultiPolygon':
        return this.#each(geometry.coordinates, (coordinates) =>
          this.#geometry({ type: 'Polygon', coordinates }),
        );
      case 'GeometryCollection':
        return this.#each(geometry.geometries, (part) => this.#geometry(part));
    }
  }

  #each<T>(parts: readonly T[], write: (part: T) => void): void {
    this.#count(parts);
    for (const part of parts) write(part);
  }

  #line(positions: readonly Position[]): void {
    this.#count(positions);
    for (const position of positions) this.#position(position);
  }

  #count(parts: readonly unknown[]): void {
    if (!Array.isArray(parts)) throw new NotAGeometry();
    this.#room(4);
    this.#buffer.writeUInt32LE(parts.length, this.#at);
    this.#at += 4;
  }

  #position(position: Position): void {
    if (!Array.isArray(position)) throw new NotAGeometry();
    const [x, y, z = 0] = position;
    if (typeof x !== 'number' || typeof y !== 'number') throw new NotAGeometry();
    this.#room(24);
    this.#buffer.writeDoubleLE(x, this.#at);
    this.#buffer.writeDoubleLE(y, this.#at + 8);
    if (this.#z) this.#buffer.writeDoubleLE(z, this.#at + 16);
    this.#at += this.#z ? 24 : 16;
    const box = this.#box;
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const grown = Buffer.alloc(this.#buffer.length * 2);
    this.#buffer.copy(grown);
    this.#buffer = grown;
  }
}

class NotAGeometry extends Error {}

/** Whether the first position has a height; mixed geometries are flat or high by that. */
function hasZ(geometry: Geometry): boolean {
  if (geometry.type === 'GeometryCollection') return geometry.geometries?.some?.(hasZ) ?? false;
  let part: unknown = geometry.coordinates;
  while (Array.isArray(part) && Array.isArray(part[0])) part = part[0];
  return Array.isArray(part) && part.length > 2;
}

/** The GeoJSON geometry of a GeoPackage blob; null for an empty one. Throws RangeError for a blob that is cut short. */
export function decodeGeometry(blob: Uint8Array): Geometry | null {
  const flags = blob[3]!;
  if ((flags & EMPTY_FLAG) !== 0) return null;
  const envelopes = [0, 32, 48, 48, 64];
  const start = 8 + (envelopes[(flags >> 1) & 7] ?? 0);
  return new WkbReader(new DataView(blob.buffer, blob.byteOffset, blob.byteLength), start).geometry();
}

class WkbReader {
  #little = true;
  #dimensions = 2;

  constructor(
    private readonly view: DataView,
    private at: number,
  ) {}

  geometry(): Geometry {
    this.#little = this.view.getUint8(this.at++) === 1;
    const code = this.#count();
    this.#dimensions = code >= 3000 ? 4 : code >= 1000 ? 3 : 2;
    const type = NAMES.get(code % 1000);
    switch (type) {
      case 'Point':
        return { type, coordinates: this.#position() };
      case 'LineString':
        return { type, coordinates: this.#line() };
      case 'Polygon':
        return { type, coordinates: this.#list(() => this.#line()) };
      case 'GeometryCollection':
        return { type, geometries: this.#list(() => this.geometry()) };
      case undefined:
        throw new RangeError(`geometry type ${code}`);
      default:
        return { type, coordinates: this.#list(() => this.#coordinates()) } as Geometry;
    }
  }

  #coordinates(): unknown {
    const part = this.geometry();
    return part.type === 'GeometryCollection' ? [] : part.coordinates;
  }

  #line(): Position[] {
    return this.#list(() => this.#position());
  }

  #list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.#count(); left > 0; left--) items.push(read());
    return items;
  }

  #count(): number {
    const count = this.view.getUint32(this.at, this.#little);
    this.at += 4;
    return count;
  }

  #position(): Position {
    const position: number[] = [];
    for (let i = 0; i < this.#dimensions; i++) {
      const value = this.view.getFloat64(this.at, this.#little);
      this.at += 8;
      if (i < 3) position.push(value);
    }
    return position;
  }
}
