import type { Canvas } from './canvas';
import { capsule, circle, corners, type Point, type Rectangle, type Ring } from './geometry';
import type { Building, Tree, Vehicle, Wing } from './scene';
import { buildingShadows, crownShadow, sides, slopeOf, SUN, vehicleShadow } from './sun';
import { SHIFT, WRAP, type Textures } from './textures';

type Colour = readonly [number, number, number];

/** Draws what stands on the ground, and its shadows. */
export class ThingPainter {
  readonly #canvas: Canvas;
  readonly #textures: Textures;

  constructor(canvas: Canvas, textures: Textures) {
    this.#canvas = canvas;
    this.#textures = textures;
  }

  castBuilding(building: Building): void {
    for (const ring of buildingShadows(building)) this.#darken(ring);
  }

  castVehicle(vehicle: Vehicle): void {
    this.#darken(vehicleShadow(vehicle));
  }

  /** The shadow of a crown is a band as wide as the crown, and as ragged. */
  castTree(tree: Tree): void {
    const { shade, width, gsd, left, top } = this.#canvas;
    const { clumps } = this.#textures;
    const [near, far] = crownShadow(tree);
    const radius = (tree.radius * 0.94) / gsd;
    const ax = near.x / gsd - left - 0.5;
    const ay = near.y / gsd - top - 0.5;
    const bx = (far.x - near.x) / gsd;
    const by = (far.y - near.y) / gsd;
    const length2 = bx * bx + by * by;
    this.#canvas.fill(capsule(near, far, tree.radius), (py, x0, x1) => {
      const row = ((py + top) & WRAP) << SHIFT;
      const dy = py - ay;
      for (let px = x0; px < x1; px++) {
        const dx = px - ax;
        const along = (dx * bx + dy * by) / length2;
        const t = along < 0 ? 0 : along > 1 ? 1 : along;
        const ex = dx - t * bx;
        const ey = dy - t * by;
        const ragged = 1 - clumps[row | ((px + left) & WRAP)]! / 400;
        if (ex * ex + ey * ey < radius * radius * ragged) shade[py * width + px] = 255;
      }
    });
  }

  /** Darkens the ground where no sun reaches it; what is left is the blue light of the sky. */
  applyShade(): void {
    const { shade, rgb } = this.#canvas;
    for (let index = 0, at = 0; index < shade.length; index++, at += 3) {
      if (shade[index] === 0) continue;
      rgb[at] = rgb[at]! * 0.43;
      rgb[at + 1] = rgb[at + 1]! * 0.46;
      rgb[at + 2] = rgb[at + 2]! * 0.54;
    }
  }

  building(building: Building): void {
    const { wings, colour, variation } = building;
    const roofs = wings.map((wing) => new Roof(wing, this.#canvas, building.kind === 'hall' ? 0.04 : 0.1));
    wings.forEach((wing, own) => {
      this.#canvas.fill(corners(wing), (y, x0, x1) =>
        this.#roofSpan(roofs, own, colour, variation, y, x0, x1),
      );
    });
    for (const fitting of building.fittings) this.#flat(fitting, fitting.colour);
  }

  #roofSpan(
    roofs: readonly Roof[],
    own: number,
    colour: Colour,
    variation: number,
    y: number,
    x0: number,
    x1: number,
  ): void {
    const { rgb, width, left, top } = this.#canvas;
    const { medium, grain } = this.#textures;
    const offset = Math.floor(variation * 4096);
    const mediumRow = ((y + top + offset) & WRAP) << SHIFT;
    const grainRow = ((y + top + offset * 3) & WRAP) << SHIFT;
    const roof = roofs[own]!;
    const other = roofs.length > 1 ? roofs[1 - own]! : null;
    let at = (y * width + x0) * 3;
    for (let x = x0; x < x1; x++, at += 3) {
      const height = roof.look(x, y);
      let light = roof.light;
      // Where two wings meet, the higher roof is seen.
      if (other && other.look(x, y) > height) light = other.light;
      const px = x + left + offset;
      const v = light + medium[mediumRow | (px & WRAP)]! * 0.0005 + grain[grainRow | (px & WRAP)]! * 0.0004;
      rgb[at] = colour[0] * v;
      rgb[at + 1] = colour[1] * v;
      rgb[at + 2] = colour[2] * v;
    }
  }

  vehicle(vehicle: Vehicle): void {
    this.#flat(vehicle, vehicle.colour);
    const { centre, along, halfLength, halfWidth } = vehicle;
    if (halfLength > 3) return;
    for (const u of [0.28, -0.62]) {
      const glass: Rectangle = {
        centre: { x: centre.x + along.x * u * halfLength, y: centre.y + along.y * u * halfLength },
        along,
        halfLength: halfLength * 0.14,
        halfWidth: halfWidth * 0.82,
      };
      this.#flat(glass, [48, 54, 62]);
    }
  }

  /** A crown: a lit ball with clumps of leaves, ragged at its edge. */
  tree({ centre, radius, species, variation }: Tree): void {
    const { rgb, width, gsd, left, top } = this.#canvas;
    const { clumps, grain } = this.#textures;
    const [r, g, b] = SPECIES[species % SPECIES.length]!;
    const light = 0.86 + variation * 0.3;
    const x = centre.x / gsd - left;
    const y = centre.y / gsd - top;
    const reach = radius / gsd;
    const offset = Math.floor(variation * 65536);
    this.#disc(x, y, reach * 1.12, (py, x0, x1) => {
      const clumpRow = ((py + top + offset) & WRAP) << SHIFT;
      const grainRow = ((py + top) & WRAP) << SHIFT;
      const dy = (py + 0.5 - y) / reach;
      let at = (py * width + x0) * 3;
      for (let px = x0; px < x1; px++, at += 3) {
        const dx = (px + 0.5 - x) / reach;
        const d = dx * dx + dy * dy;
        const clump = clumps[clumpRow | ((px + left + offset) & WRAP)]!;
        if (d + clump * 0.0022 > 1) continue;
        const up = d < 0.96 ? Math.sqrt(1 - d) : 0.2;
        const sun = dx * SUN.x + dy * SUN.y + up * SUN.z;
        const v =
          (0.4 +
            (sun > 0 ? sun * 0.78 : 0) -
            clump * 0.0022 +
            grain[grainRow | ((px + left) & WRAP)]! * 0.0013) *
          light;
        rgb[at] = r * v;
        rgb[at + 1] = g * v;
        rgb[at + 2] = b * v;
      }
    });
  }

  #darken(ring: Ring): void {
    const { shade, width } = this.#canvas;
    this.#canvas.fill(ring, (y, x0, x1) => shade.fill(255, y * width + x0, y * width + x1));
  }

  #flat(rectangle: Rectangle, [r, g, b]: Colour): void {
    const { rgb, width } = this.#canvas;
    this.#canvas.fill(corners(rectangle), (y, x0, x1) => {
      for (let at = (y * width + x0) * 3; at < (y * width + x1) * 3; at += 3) {
        rgb[at] = r;
        rgb[at + 1] = g;
        rgb[at + 2] = b;
      }
    });
  }

  /** The rows of a disc in px of the canvas. */
  #disc(x: number, y: number, radius: number, paint: (y: number, x0: number, x1: number) => void): void {
    const { width, height } = this.#canvas;
    const first = Math.max(0, Math.floor(y - radius));
    const last = Math.min(height - 1, Math.ceil(y + radius));
    for (let py = first; py <= last; py++) {
      const dy = py + 0.5 - y;
      const half = radius * radius - dy * dy;
      if (half <= 0) continue;
      const reach = Math.sqrt(half);
      const x0 = Math.max(0, Math.floor(x - reach));
      const x1 = Math.min(width, Math.ceil(x + reach));
      if (x0 < x1) paint(py, x0, x1);
    }
  }
}

/** Broadleaves, a light one, a dark one, shrubs, fruit trees, conifers: lit from above. */
const SPECIES: readonly Colour[] = [
  [82, 108, 54],
  [90, 116, 57],
  [72, 101, 50],
  [99, 119, 62],
  [78, 102, 58],
  [80, 103, 58],
  [95, 115, 63],
  [56, 82, 50],
];

/** The surface of one wing's roof: its height and brightness at a pixel. */
class Roof {
  /** Brightness where `look` looked last; 1 is level ground. */
  light = 1;
  readonly #wing: Wing;
  readonly #sides: readonly [number, number, number, number];
  readonly #slope: number;
  readonly #ux: number;
  readonly #uy: number;
  readonly #u0: number;
  readonly #v0: number;

  constructor(
    wing: Wing,
    canvas: Canvas,
    readonly edge: number,
  ) {
    this.#wing = wing;
    this.#sides = sides(wing);
    this.#slope = slopeOf(wing);
    const { gsd, left, top } = canvas;
    this.#ux = wing.along.x * gsd;
    this.#uy = wing.along.y * gsd;
    const origin: Point = { x: (left + 0.5) * gsd - wing.centre.x, y: (top + 0.5) * gsd - wing.centre.y };
    this.#u0 = origin.x * wing.along.x + origin.y * wing.along.y;
    this.#v0 = -origin.x * wing.along.y + origin.y * wing.along.x;
  }

  /** m above the eaves at a pixel of the canvas; negative outside the wing. */
  look(x: number, y: number): number {
    const { halfLength, halfWidth, roof } = this.#wing;
    const u = x * this.#ux + y * this.#uy + this.#u0;
    const v = -x * this.#uy + y * this.#ux + this.#v0;
    const toSide = halfWidth - Math.abs(v);
    const toEnd = halfLength - Math.abs(u);
    if (toSide < -0.2 || toEnd < -0.2) return -1;
    const onBack = v > 0 ? 1 : 0;
    switch (roof) {
      case 'flat': {
        // The parapet around the roof catches light on one side.
        const near = Math.min(toSide, toEnd);
        this.light = near < 0.45 ? 1.1 : near < 0.9 ? 0.9 : 1;
        return 0;
      }
      case 'sawtooth': {
        const tooth = u - Math.floor(u / 7) * 7;
        this.light = tooth < 1.6 ? 0.62 : 0.96 + tooth * 0.012;
        return 0;
      }
      case 'gable': {
        const ridge = halfWidth - toSide < 0.25 ? 0.08 : 0;
        this.light = this.#sides[onBack] + ridge - (toSide < 0.5 ? this.edge : 0);
        return toSide * this.#slope;
      }
      case 'hip': {
        const isEnd = toEnd < toSide;
        this.light =
          this.#sides[isEnd ? (u > 0 ? 3 : 2) : onBack] - (Math.min(toSide, toEnd) < 0.5 ? this.edge : 0);
        return Math.min(toSide, toEnd) * this.#slope;
      }
    }
  }
}

/** The ring that stands for a crown in the truth. */
export const crownRing = (tree: Tree): Ring => circle(tree.centre, tree.radius, 16);
