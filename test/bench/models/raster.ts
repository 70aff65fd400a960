/** Polygons drawn as numbers on a grid of the ground, to compare what was found with what is there. */

type Position = readonly number[];
export type Rings = readonly (readonly Position[])[];

/** A box of longitudes and latitudes. */
export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** m for a degree of latitude */
const METRES = 111_320;
/** px; what both sides of a comparison take at most */
const MOST = 40_000_000;

/** A grid of square pixels over a box; near enough to the ground for boxes of some kilometres. */
export class GroundGrid {
  readonly width: number;
  readonly height: number;
  readonly #scale: readonly [number, number];

  constructor(
    private readonly box: Box,
    /** m of a pixel */
    readonly pixel: number,
  ) {
    const middle = ((box.north + box.south) / 2) * (Math.PI / 180);
    this.#scale = [(METRES * Math.cos(middle)) / pixel, METRES / pixel];
    this.width = Math.max(1, Math.round((box.east - box.west) * this.#scale[0]));
    this.height = Math.max(1, Math.round((box.north - box.south) * this.#scale[1]));
  }

  /** A grid over a box, of pixels of 15 cm, or as fine as memory allows. */
  static over(box: Box): GroundGrid {
    const fine = new GroundGrid(box, 0.15);
    const pixels = fine.width * fine.height;
    return pixels <= MOST ? fine : new GroundGrid(box, 0.15 * Math.sqrt(pixels / MOST));
  }

  /** Longitude and latitude -> px */
  place([longitude = 0, latitude = 0]: Position): [number, number] {
    return [(longitude - this.box.west) * this.#scale[0], (this.box.north - latitude) * this.#scale[1]];
  }

  /** Numbers from 1 in the order of the polygons; later ones lie on top. 0 is nothing. */
  draw(polygons: readonly Rings[]): Int32Array {
    const numbers = new Int32Array(this.width * this.height);
    polygons.forEach((rings, i) => this.#fill(numbers, rings, i + 1));
    return numbers;
  }

  #fill(numbers: Int32Array, rings: Rings, number: number): void {
    const placed = rings.map((ring) => ring.map((position) => this.place(position)));
    const rows = placed.flat().map(([, y]) => y);
    const low = rows.reduce((a, b) => Math.min(a, b), Infinity);
    const high = rows.reduce((a, b) => Math.max(a, b), -Infinity);
    const top = Math.max(0, Math.floor(low));
    const bottom = Math.min(this.height, Math.ceil(high));
    for (let y = top; y < bottom; y++) {
      const at = crossings(placed, y + 0.5);
      for (let i = 0; i + 1 < at.length; i += 2) {
        const from = Math.max(0, Math.ceil(at[i]! - 0.5));
        const to = Math.min(this.width, Math.ceil(at[i + 1]! - 0.5));
        if (from < to) numbers.fill(number, y * this.width + from, y * this.width + to);
      }
    }
  }
}

function crossings(rings: readonly (readonly [number, number])[][], y: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const [x0, y0] = ring[i]!;
      const [x1, y1] = ring[(i + 1) % ring.length]!;
      if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return found.sort((a, b) => a - b);
}
