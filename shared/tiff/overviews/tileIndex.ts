import type { OverviewPlan } from './plan';
import type { PlacedTile } from './journal';
import type { BlockRange } from '../types';

const PENDING = -1;

/** Where the tiles of overviews that are being built lie, as far as they are built. */
export class TileIndex {
  readonly #offsets: Readonly<Record<PlacedTile['kind'], readonly Float64Array[]>>;
  readonly #lengths: Readonly<Record<PlacedTile['kind'], readonly Float64Array[]>>;
  #end = 0;

  constructor({ levels, masked }: OverviewPlan) {
    const arrays = (fill: number): Float64Array[] =>
      levels.map(({ columns, rows }) => new Float64Array(columns * rows).fill(fill));
    this.#offsets = { image: arrays(PENDING), mask: masked ? arrays(PENDING) : [] };
    this.#lengths = { image: arrays(0), mask: masked ? arrays(0) : [] };
  }

  /** The byte after the last one that a tile takes. */
  get end(): number {
    return this.#end;
  }

  put({ level, kind, index, offset, length }: PlacedTile): void {
    const offsets = this.#offsets[kind][level];
    const lengths = this.#lengths[kind][level];
    if (!offsets || !lengths || index < 0 || index >= offsets.length) return;
    offsets[index] = offset;
    lengths[index] = length;
    this.#end = Math.max(this.#end, offset + length);
  }

  /** Null where the tile is not built yet; length 0 where it has no pixel that counts. */
  get(kind: PlacedTile['kind'], level: number, index: number): BlockRange | null {
    const offset = this.#offsets[kind][level]?.[index] ?? PENDING;
    return offset === PENDING ? null : { offset, length: this.#lengths[kind][level]?.[index] ?? 0 };
  }

  /** One bit a tile of a level, lowest first: whether it is built, and its mask where it has one. */
  made(level: number): Uint8Array {
    const kinds = [this.#offsets.image[level], this.#offsets.mask[level]].filter((its) => its !== undefined);
    const count = kinds[0]?.length ?? 0;
    const bits = new Uint8Array(Math.ceil(count / 8));
    for (let i = 0; i < count; i++) {
      if (kinds.every((offsets) => offsets[i] !== PENDING)) bits[i >> 3]! |= 1 << (i & 7);
    }
    return bits;
  }

  /** The tiles of a level in order; what is not built counts as empty. */
  ranges(kind: PlacedTile['kind'], level: number): BlockRange[] {
    const lengths = this.#lengths[kind][level] ?? new Float64Array(0);
    return Array.from(lengths, (length, index) => ({
      offset: length === 0 ? 0 : (this.#offsets[kind][level]?.[index] ?? 0),
      length,
    }));
  }
}
