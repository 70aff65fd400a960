/**
 * Which pixels of a row lie inside an area: those whose centre does, by the even-odd rule (so holes are outside, and a
 * polygon of several parts is one area).
 */
export class AreaMask {
  readonly #edges: readonly Edge[];

  /** @param rings in pixel coordinates; open or closed */
  constructor(rings: readonly (readonly (readonly [number, number])[])[]) {
    this.#edges = rings.flatMap(edgesOf).sort((a, b) => a.top - b.top);
  }

  /**
   * Spans [from, to) of whole pixels of a row of pixels from `x` on, `width` wide, relative to `x`.
   */
  spans(y: number, x: number, width: number): readonly (readonly [number, number])[] {
    const centre = y + 0.5;
    const crossings: number[] = [];
    for (const edge of this.#edges) {
      if (edge.top > centre) break;
      if (centre < edge.bottom) crossings.push(edge.x + (centre - edge.top) * edge.slope);
    }
    crossings.sort((a, b) => a - b);
    const spans: [number, number][] = [];
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i] ?? 0) - 0.5) - x);
      const to = Math.min(width, Math.ceil((crossings[i + 1] ?? 0) - 0.5) - x);
      if (from < to) spans.push([from, to]);
    }
    return spans;
  }

  /** Whether any pixel of a window lies inside. */
  touches(window: { x: number; y: number; width: number; height: number }): boolean {
    for (let row = 0; row < window.height; row++) {
      if (this.spans(window.y + row, window.x, window.width).length > 0) return true;
    }
    return false;
  }

  /** Sets to 0 what lies outside. `values` holds width·height values of the window. */
  clip(values: Uint8Array, window: { x: number; y: number; width: number; height: number }): void {
    for (let row = 0; row < window.height; row++) {
      const line = values.subarray(row * window.width, (row + 1) * window.width);
      let done = 0;
      for (const [from, to] of this.spans(window.y + row, window.x, window.width)) {
        line.fill(0, done, from);
        done = to;
      }
      line.fill(0, done);
    }
  }
}

interface Edge {
  readonly top: number;
  readonly bottom: number;
  /** at `top` */
  readonly x: number;
  /** px to the right for each px down */
  readonly slope: number;
}

function edgesOf(ring: readonly (readonly [number, number])[]): Edge[] {
  const edges: Edge[] = [];
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i];
    const b = ring[(i + 1) % ring.length];
    if (!a || !b || a[1] === b[1]) continue;
    const [upper, lower] = a[1] < b[1] ? [a, b] : [b, a];
    edges.push({
      top: upper[1],
      bottom: lower[1],
      x: upper[0],
      slope: (lower[0] - upper[0]) / (lower[1] - upper[1]),
    });
  }
  return edges;
}
