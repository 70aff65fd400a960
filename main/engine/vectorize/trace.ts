import { ChainStore, type Ring } from './chains';
import { Components, type Component } from './components';
import { signedArea, splitAtTouches } from './rings';

/** The outline of one component: counter-clockwise as seen (y down), holes clockwise. Corners of pixels, px. */
export interface TracedPolygon {
  readonly value: number;
  readonly exterior: Ring;
  readonly holes: readonly Ring[];
}

/** Rows of a mask: class values, or numbers of objects. 0 is background. */
export interface TraceBand {
  readonly height: number;
  /** width·height values, row by row */
  readonly classes: Uint8Array | Int32Array;
}

export interface TraceLimits {
  /** px; components with fewer pixels are left out */
  readonly minPixels: number;
  /** px; holes of a smaller area are filled. No larger than minPixels, or an island could come to lie on filled ground. */
  readonly minHolePixels: number;
}

const NONE = -1;

/**
 * Turns a mask that arrives row by row, from the top, into polygons. Pixels belong together when they touch by their sides;
 * polygons that touch by a corner share that point and stay valid. Memory follows the open outlines, not the mask.
 *
 * At every grid point the four pixels around it say which outlines turn there. An outline has its pixels on the left hand
 * (as seen), so it runs down a left edge, right along a bottom edge, up a right edge, left along a top edge. `#left` and `#right`
 * hold, for every column line, the outlines of the pixels left and right of it that reach down to the current row:
 * the former by its head, the latter by its tail.
 */
export class MaskTracer {
  #previous: Int32Array;
  #row: Int32Array;
  #y = 0;
  #chains = new ChainStore();
  #components: Components;
  #left: Int32Array;
  #right: Int32Array;
  /** The column line at which a chain's tail waits in `#right`. */
  #tailAt: number[] = [];
  /** The outlines of the pixel above (by its tail) and below (by its head) the edge that was just passed. */
  #above = NONE;
  #below = NONE;
  #limits: TraceLimits;

  constructor(
    private readonly width: number,
    limits: TraceLimits,
  ) {
    this.#previous = new Int32Array(width);
    this.#row = new Int32Array(width);
    this.#components = new Components(width);
    this.#left = new Int32Array(width + 1).fill(NONE);
    this.#right = new Int32Array(width + 1).fill(NONE);
    this.#limits = { ...limits, minHolePixels: Math.min(limits.minHolePixels, limits.minPixels) };
  }

  /** Corners held for outlines that are not closed yet. */
  get openCorners(): number {
    return this.#chains.size;
  }

  /** Takes the next rows; returns the polygons that they complete. */
  push(band: TraceBand): TracedPolygon[] {
    const complete: TracedPolygon[] = [];
    for (let row = 0; row < band.height; row++) {
      this.#row.set(band.classes.subarray(row * this.width, (row + 1) * this.width));
      this.#step(complete);
    }
    return complete;
  }

  /** Ends the mask; returns the polygons that reach its last row. */
  finish(): TracedPolygon[] {
    const complete: TracedPolygon[] = [];
    this.#row.fill(0);
    this.#step(complete);
    return complete;
  }

  #step(complete: TracedPolygon[]): void {
    const previous = this.#previous;
    const row = this.#row;
    this.#components.add(previous, row);
    let a = 0;
    let c = 0;
    for (let x = 0; x <= this.width; x++) {
      const b = x < this.width ? previous[x]! : 0;
      const d = x < this.width ? row[x]! : 0;
      if ((a !== b || c !== d) && (a !== c || b !== d)) this.#turn(x, a, b, c, d);
      a = b;
      c = d;
    }
    for (const component of this.#components.finishRow(previous, row)) {
      const polygon = this.#polygon(component);
      if (polygon) complete.push(polygon);
    }
    [this.#previous, this.#row] = [row, previous];
    this.#y++;
  }

  /** A grid point where some outline turns: pixels a b above it, c d below it. */
  #turn(x: number, a: number, b: number, c: number, d: number): void {
    const left = this.#left[x]!;
    const right = this.#right[x]!;
    const above = this.#above;
    const below = this.#below;
    this.#left[x] = NONE;
    this.#right[x] = NONE;
    this.#above = NONE;
    this.#below = NONE;
    const ends = { x, left, right, above, below };
    if (a !== 0) this.#turnAround(ends, true, b === a, c === a, d === a);
    if (b !== 0 && b !== a) this.#turnAround(ends, false, true, c === b, d === b);
    if (c !== 0 && c !== a && c !== b) this.#turnAround(ends, false, false, true, d === c);
    if (d !== 0 && d !== a && d !== b && d !== c) this.#turnAround(ends, false, false, false, true);
  }

  /** The turn of one value's outlines: which of the four pixels have it. */
  #turnAround(ends: OpenEnds, a: boolean, b: boolean, c: boolean, d: boolean): void {
    const { x, left, right, above, below } = ends;
    const y = this.#y;
    const saddle = (a && d && !b && !c) || (b && c && !a && !d);
    if (a && b && !c && !d) this.#above = above;
    else if (c && d && !a && !b) this.#below = below;
    else if (a && c && !b && !d) this.#left[x] = left;
    else if (b && d && !a && !c) this.#setRight(x, right);
    else if (a && b && c && !d) {
      const chain = this.#chains.start(x, y, false);
      this.#left[x] = chain;
      this.#above = chain;
    } else if (a && b && d && !c) {
      this.#chains.append(above, x, y, false);
      this.#setRight(x, above);
    } else if (b && c && d && !a) {
      this.#chains.append(right, x, y, false);
      this.#meet(right, below, x);
    } else if (a && c && d && !b) {
      this.#chains.prepend(left, x, y, false);
      this.#below = left;
    } else {
      if (a) {
        this.#chains.append(above, x, y, saddle);
        this.#meet(above, left, x - 1);
      }
      if (b) {
        this.#chains.append(right, x, y, saddle);
        this.#above = right;
      }
      if (c) {
        this.#chains.prepend(below, x, y, saddle);
        this.#left[x] = below;
      }
      if (d) {
        const chain = this.#chains.start(x, y, saddle);
        this.#setRight(x, chain);
        this.#below = chain;
      }
    }
  }

  /** The tail of one chain meets the head of another, or its own: then the ring belongs to the pixel above at `column`. */
  #meet(first: number, second: number, column: number): void {
    if (first === second) {
      this.#keep(this.#components.above(column), this.#chains.close(first));
      return;
    }
    this.#chains.join(first, second);
    this.#setRight(this.#tailAt[second]!, first);
  }

  #keep(component: Component, ring: Ring): void {
    for (const part of splitAtTouches(ring)) {
      const area = signedArea(part.corners);
      if (area > 0 || -area >= this.#limits.minHolePixels) component.rings.push(part);
    }
  }

  #polygon(component: Component): TracedPolygon | null {
    if (component.pixels < this.#limits.minPixels) return null;
    const exterior = component.rings.find((ring) => signedArea(ring.corners) > 0)!;
    return {
      value: component.value,
      exterior,
      holes: component.rings.filter((ring) => ring !== exterior),
    };
  }

  #setRight(x: number, chain: number): void {
    this.#right[x] = chain;
    this.#tailAt[chain] = x;
  }
}

/** The open ends at a grid point, as they were before it. */
interface OpenEnds {
  readonly x: number;
  readonly left: number;
  readonly right: number;
  readonly above: number;
  readonly below: number;
}
