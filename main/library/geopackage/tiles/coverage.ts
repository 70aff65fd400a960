/**
 * What is too small to be drawn by itself, as the pixels it covers: zoomed out, a town of a million roofs becomes the built-up
 * area instead of nothing.
 */
export class Coverage {
  readonly #cells: Uint8Array;

  /** @param size pixels across and down */
  constructor(readonly size: number) {
    this.#cells = new Uint8Array(size * size);
  }

  /** Covers the pixels nearest to a box (in pixels); always one at least, if it lies inside. */
  add(minX: number, minY: number, maxX: number, maxY: number): void {
    const [left, right] = nearestPixels(minX, maxX);
    const [top, bottom] = nearestPixels(minY, maxY);
    for (let y = Math.max(0, top); y < Math.min(this.size, bottom); y++) {
      const from = Math.max(0, left);
      const to = Math.min(this.size, right);
      if (from < to) this.#cells.fill(1, y * this.size + from, y * this.size + to);
    }
  }

  /** The covered pixels as few rectangles: [left, top, right, bottom], in pixels. */
  rectangles(): [number, number, number, number][] {
    const done: [number, number, number, number][] = [];
    /** Rectangles that reach down to the row before, by their left side. */
    let open = new Map<number, [number, number, number, number]>();
    for (let y = 0; y < this.size; y++) {
      const next = new Map<number, [number, number, number, number]>();
      for (const [left, right] of this.#runs(y)) {
        const above = open.get(left);
        if (above && above[2] === right) {
          above[3] = y + 1;
          next.set(left, above);
          open.delete(left);
        } else {
          next.set(left, [left, y, right, y + 1]);
        }
      }
      done.push(...open.values());
      open = next;
    }
    done.push(...open.values());
    return done;
  }

  #runs(y: number): [number, number][] {
    const row = this.#cells.subarray(y * this.size, (y + 1) * this.size);
    const runs: [number, number][] = [];
    let from = row.indexOf(1);
    while (from >= 0) {
      const end = row.indexOf(0, from);
      const to = end < 0 ? this.size : end;
      runs.push([from, to]);
      from = row.indexOf(1, to);
    }
    return runs;
  }
}

function nearestPixels(low: number, high: number): [number, number] {
  const from = Math.round(low);
  const to = Math.round(high);
  if (from < to) return [from, to];
  const centre = Math.floor((low + high) / 2);
  return [centre, centre + 1];
}
