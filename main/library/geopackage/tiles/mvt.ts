/** One layer of a Mapbox vector tile. Source: the Vector Tile Specification 2.1, sections 4.2 to 4.4. */
import { ProtobufWriter } from './protobuf';

export const EXTENT = 4096;

export type TagValue = string | number | boolean;

const MOVE_TO = 1;
const LINE_TO = 2;
const CLOSE_PATH = 7;

const GEOMETRY_TYPES = [1, 2, 3] as const;

/** Gathers features; geometries are in whole tile units, y down. */
export class LayerEncoder {
  readonly #features = new ProtobufWriter();
  readonly #feature = new ProtobufWriter();
  readonly #packed = new ProtobufWriter();
  readonly #keys = new Map<string, number>();
  readonly #values = new Map<TagValue, number>();
  #count = 0;

  constructor(private readonly name: string) {}

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /**
   * Adds a feature of points (0), lines (1) or rings (2). Rings are without their closing point; an exterior runs clockwise as
   * seen, and its holes, which follow it, the other way. A line of no positions is left out by the caller.
   */
  add(
    dimension: 0 | 1 | 2,
    lines: readonly Int32Array[],
    tags: Readonly<Record<string, TagValue | null>>,
    id: number | null,
  ): void {
    this.#feature.clear();
    if (id !== null) this.#feature.varintField(1, id);
    this.#packed.clear();
    for (const key in tags) {
      const value = tags[key];
      if (value === null || value === undefined) continue;
      this.#packed.varint(indexOf(this.#keys, key));
      this.#packed.varint(indexOf(this.#values, value));
    }
    if (this.#packed.length > 0) this.#feature.bytesField(2, this.#packed.bytes());
    this.#feature.varintField(3, GEOMETRY_TYPES[dimension]);
    this.#packed.clear();
    if (dimension === 0) this.#writePoints(lines);
    else this.#writeLines(lines, dimension === 2);
    this.#feature.bytesField(4, this.#packed.bytes());
    this.#features.bytesField(2, this.#feature.bytes());
    this.#count++;
  }

  /** The tile. */
  finish(): Uint8Array {
    const layer = new ProtobufWriter();
    layer.varintField(15, 2);
    layer.textField(1, this.name);
    for (const key of this.#keys.keys()) layer.textField(3, key);
    for (const value of this.#values.keys()) layer.bytesField(4, encodeValue(value));
    layer.varintField(5, EXTENT);
    const tile = new ProtobufWriter();
    tile.bytesField(3, joined(layer.bytes(), this.#features.bytes()));
    return tile.bytes().slice();
  }

  #writePoints(lines: readonly Int32Array[]): void {
    this.#command(MOVE_TO, lines.length);
    let [x, y] = [0, 0];
    for (const point of lines) {
      this.#packed.signed(point[0]! - x);
      this.#packed.signed(point[1]! - y);
      [x, y] = [point[0]!, point[1]!];
    }
  }

  #writeLines(lines: readonly Int32Array[], close: boolean): void {
    let [x, y] = [0, 0];
    for (const line of lines) {
      for (let i = 0; i < line.length; i += 2) {
        if (i === 0) this.#command(MOVE_TO, 1);
        if (i === 2) this.#command(LINE_TO, line.length / 2 - 1);
        this.#packed.signed(line[i]! - x);
        this.#packed.signed(line[i + 1]! - y);
        x = line[i]!;
        y = line[i + 1]!;
      }
      if (close) this.#command(CLOSE_PATH, 1);
    }
  }

  #command(id: number, count: number): void {
    this.#packed.varint(id + 8 * count);
  }
}

function indexOf<T>(table: Map<T, number>, entry: T): number {
  const known = table.get(entry);
  if (known !== undefined) return known;
  table.set(entry, table.size);
  return table.size - 1;
}

function encodeValue(value: TagValue): Uint8Array {
  const writer = new ProtobufWriter();
  if (typeof value === 'string') writer.textField(1, value);
  else if (typeof value === 'boolean') writer.varintField(7, Number(value));
  else if (Number.isSafeInteger(value)) writer.signedField(6, value);
  else writer.doubleField(3, value);
  return writer.bytes().slice();
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
