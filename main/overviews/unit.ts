import {
  unitLevels,
  UnitRows,
  type HoldsAny,
  type OverviewPlan,
  type PlacedTile,
  type RowWindow,
  type WorkingMemory,
} from '@shared/tiff/overviews';
import type { UnitLevel } from '@shared/tiff/overviews';
import type { TileEncoder, TilePlace } from './encode';
import type { UnitOrder } from './messages';

/** Puts a tile's bytes into the file; where they lie. */
export type StoreTile = (bytes: Uint8Array) => number;

/** What a unit tells while it is built. */
export interface UnitReport {
  tiles(tiles: readonly PlacedTile[]): void;
  /** Pixels of the source taken in since the last word. */
  progress(pixels: number): void;
}

/** One unit of a build: takes pixels of its source, and stores the tiles that it owns as they become complete. */
export class Unit {
  readonly levels: readonly UnitLevel[];
  readonly rows: UnitRows;
  /** For each level the tiles that something was put into: all others are left out of the file. */
  readonly #touched: readonly Set<number>[];

  constructor(
    private readonly plan: OverviewPlan,
    { round, unit }: UnitOrder,
    sourceRows: number,
    private readonly encoder: TileEncoder,
    private readonly store: StoreTile,
    private readonly report: UnitReport,
    memory: WorkingMemory,
  ) {
    this.levels = unitLevels(plan, plan.rounds[round]!, unit);
    this.#touched = this.levels.map(() => new Set<number>());
    this.rows = new UnitRows(plan, this.levels, sourceRows, this.#takeTileRow, memory, this.#holdsAny);
  }

  /** Says that the source holds something in a rectangle of its pixels. */
  touch(x0: number, y0: number, x1: number, y1: number): void {
    for (let i = 1; i < this.levels.length; i++) {
      const side = this.plan.tile * 2 ** i;
      const { columns } = this.plan.levels[this.levels[i]!.level]!;
      // A level of odd size is shifted against its source by less than a pixel of either.
      for (let row = Math.floor(y0 / side); row <= Math.floor((y1 + 2 ** i) / side); row++) {
        for (let column = Math.floor(x0 / side); column <= Math.floor((x1 + 2 ** i) / side); column++) {
          this.#touched[i]!.add(row * columns + column);
        }
      }
    }
  }

  readonly #holdsAny: HoldsAny = (index, column, row) => {
    const { columns } = this.plan.levels[this.levels[index]!.level]!;
    return this.#touched[index]!.has(row * columns + column);
  };

  readonly #takeTileRow = (index: number, rows: RowWindow, tileRow: number): void => {
    const { level, owned } = this.levels[index]!;
    const { tile, masked } = this.plan;
    const { columns } = this.plan.levels[level]!;
    const placed: PlacedTile[] = [];
    for (let column = owned.x0 / tile; column * tile < owned.x1; column++) {
      const at = tileRow * columns + column;
      const place = {
        x: column * tile,
        y: tileRow * tile,
        width: Math.min(tile, owned.x1 - column * tile),
        height: Math.min(tile, owned.y1 - tileRow * tile),
      };
      const mask = masked ? this.encoder.mask(rows, place) : null;
      const empty =
        !this.#holdsAny(index, column, tileRow) || (masked ? mask === null : this.#isEmpty(rows, place));
      placed.push(this.#stored(level, 'image', at, empty ? null : this.encoder.image(rows, place)));
      if (masked) placed.push(this.#stored(level, 'mask', at, mask));
    }
    if (placed.length > 0) this.report.tiles(placed);
  };

  #stored(level: number, kind: PlacedTile['kind'], index: number, bytes: Uint8Array | null): PlacedTile {
    if (bytes === null) return { level, kind, index, offset: 0, length: 0 };
    return { level, kind, index, offset: this.store(bytes), length: bytes.length };
  }

  /** Whether no pixel of a tile counts by its own samples. */
  #isEmpty(rows: RowWindow, place: TilePlace): boolean {
    const { validity, fill, channels } = this.plan.reduction;
    if (validity.kind !== 'nodata' && validity.kind !== 'alpha') return false;
    const empty = validity.kind === 'alpha' ? 0 : fill;
    for (let y = 0; y < place.height; y++) {
      const from = (rows.at(place.y + y) + place.x - rows.x) * channels;
      for (let i = from; i < from + place.width * channels; i++) {
        const value = rows.data[i]!;
        if (value !== empty && (value === value || empty === empty)) return false;
      }
    }
    return true;
  }
}
