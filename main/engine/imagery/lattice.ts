import type { Geotransform } from '@shared/tiff/types';

/**
 * The endless grid of pixels that images cut from one orthophoto share. Pixel (i, j) covers [i, i + 1) x [j, j + 1) of the
 * lattice's own coordinates, whose axes are those of the images and whose origin lies within a pixel of the CRS's origin.
 * Counting from there makes every later step independent of how the imagery was cut.
 */
export interface Lattice {
  /** Columns of the linear part: units of the CRS for a step along a row, and down a column. */
  readonly axes: readonly [number, number, number, number];
  /** The CRS position of the corner of pixel (0, 0). */
  readonly origin: readonly [number, number];
}

/** An image that lies on the lattice: its top left pixel and its size in pixels. */
export interface Placement {
  readonly column: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

interface Placed {
  readonly geotransform: Geotransform;
  readonly width: number;
  readonly height: number;
}

/** px; images shifted by less than this against the lattice are taken as lying on it */
const tolerance = 0.05;
/** px; a position this little short of a whole pixel is the whole pixel, with noise */
const noise = 1e-3;

/** The lattice of an image. */
export function latticeOf(g: Geotransform): Lattice {
  const axes = [g[1], g[2], g[4], g[5]] as const;
  const [u, v] = solve(axes, g[0], g[3]);
  const column = Math.floor(u + noise);
  const row = Math.floor(v + noise);
  return {
    axes,
    origin: [g[0] - column * g[1] - row * g[2], g[3] - column * g[4] - row * g[5]],
  };
}

/** Lattice coordinates of a point of the CRS. */
export function toLattice({ axes, origin }: Lattice, x: number, y: number): [number, number] {
  return solve(axes, x - origin[0], y - origin[1]);
}

/** The CRS position of lattice coordinates. */
export function fromLattice({ axes, origin }: Lattice, u: number, v: number): [number, number] {
  return [origin[0] + u * axes[0] + v * axes[1], origin[1] + u * axes[2] + v * axes[3]];
}

/** Where an image lies on the lattice; null when it lies across its pixels. */
export function placeOn(lattice: Lattice, image: Placed): Placement | null {
  const { geotransform: g, width, height } = image;
  const [u, v] = toLattice(lattice, g[0], g[3]);
  const column = Math.round(u);
  const row = Math.round(v);
  const [farU, farV] = toLattice(
    lattice,
    g[0] + width * g[1] + height * g[2],
    g[3] + width * g[4] + height * g[5],
  );
  const off = [u - column, v - row, farU - column - width, farV - row - height];
  return off.every((shift) => Math.abs(shift) <= tolerance) ? { column, row, width, height } : null;
}

function solve(axes: Lattice['axes'], x: number, y: number): [number, number] {
  const [a, b, c, d] = axes;
  const determinant = a * d - b * c;
  return [(x * d - y * b) / determinant, (y * a - x * c) / determinant];
}
