import type { Canvas } from './canvas';
import type { Ring } from './geometry';
import { hash } from './random';
import type { Material, Patch } from './scene';
import { SHIFT, WRAP, type Textures } from './textures';

/** How a material looks from above. Colours are red, green, blue, 0–255; the others are steps of brightness. */
interface Look {
  readonly colour: readonly [number, number, number];
  /** Added where the broad noise is highest, taken away where it is lowest: drier, wetter, worn. */
  readonly shift: readonly [number, number, number];
  readonly broad: number;
  readonly medium: number;
  readonly grain: number;
  /** How much one patch differs from another in brightness. */
  readonly tone: number;
  /** Rows of a crop: m from one to the next, and how dark the gaps are. */
  readonly rows?: { readonly gap: number; readonly depth: number };
}

const look = (
  colour: Look['colour'],
  shift: Look['shift'],
  [broad, medium, grain, tone]: readonly [number, number, number, number],
  rows?: Look['rows'],
): Look =>
  rows ? { colour, shift, broad, medium, grain, tone, rows } : { colour, shift, broad, medium, grain, tone };

const LOOKS: Readonly<Record<Material, Look>> = {
  grass: look([134, 136, 97], [13, 6, 4], [6, 9, 9, 5]),
  lawn: look([129, 135, 91], [15, 5, 4], [6, 7, 7, 10]),
  meadow: look([142, 141, 99], [17, 9, 4], [9, 12, 10, 8]),
  orchardGrass: look([134, 136, 92], [12, 6, 3], [6, 8, 8, 6], { gap: 6.2, depth: 4 }),
  forestFloor: look([66, 78, 47], [9, 5, 3], [6, 14, 12, 3]),
  soil: look([150, 126, 101], [12, 12, 12], [8, 12, 9, 8]),
  sand: look([186, 168, 138], [10, 10, 10], [6, 8, 7, 10]),
  dirt: look([152, 135, 110], [12, 11, 10], [8, 10, 9, 8]),
  gravel: look([161, 156, 146], [7, 7, 7], [5, 6, 10, 8]),
  paving: look([172, 165, 153], [6, 6, 6], [4, 5, 6, 12]),
  yard: look([160, 155, 146], [9, 9, 9], [9, 8, 6, 8]),
  asphalt: look([125, 122, 116], [6, 6, 6], [6, 4, 5, 5]),
  marking: look([206, 205, 200], [4, 4, 4], [4, 8, 6, 0]),
  water: look([58, 76, 76], [5, 7, 6], [5, 3, 2, 3]),
  pool: look([92, 168, 186], [3, 4, 4], [4, 6, 4, 6]),
  wheat: look([186, 164, 112], [9, 8, 6], [7, 6, 6, 9], { gap: 2.6, depth: 3 }),
  stubble: look([176, 158, 118], [10, 9, 7], [7, 7, 8, 8], { gap: 3.1, depth: 8 }),
  maize: look([112, 121, 78], [10, 8, 5], [7, 9, 11, 6], { gap: 1.6, depth: 10 }),
  rape: look([160, 152, 84], [10, 8, 5], [7, 9, 8, 6], { gap: 3, depth: 3 }),
  beet: look([120, 126, 84], [12, 9, 6], [8, 9, 9, 6], { gap: 1.9, depth: 12 }),
  tilled: look([146, 122, 98], [12, 11, 10], [9, 9, 9, 9], { gap: 1.7, depth: 7 }),
};

const SINE = Int8Array.from({ length: 1024 }, (_, step) =>
  Math.round(127 * Math.sin((2 * Math.PI * step) / 1024)),
);

/** m between the wheel tracks that a tractor leaves in a crop, and their width */
const TRAMLINES = 21;

/** Paints pieces of ground. Positions in the noise follow from the picture's pixels, so that tiles meet without a seam. */
export class GroundPainter {
  readonly #canvas: Canvas;
  readonly #textures: Textures;

  constructor(canvas: Canvas, textures: Textures) {
    this.#canvas = canvas;
    this.#textures = textures;
  }

  /** Covers the whole canvas. */
  cover(material: Material): void {
    const { width, height } = this.#canvas;
    const paint = this.#painter(LOOKS[material], 0, 0, null);
    for (let y = 0; y < height; y++) paint(y, 0, width);
  }

  /** A patch of its own: its grain differs from its neighbour's. */
  patch({ ring, material, tone, rows }: Patch): void {
    const chosen = LOOKS[material];
    const first = ring[0]!;
    const offset = hash(17, Math.round(first.x * 10), Math.round(first.y * 10));
    this.#canvas.fill(ring, this.#painter(chosen, tone, offset, rows && chosen.rows ? rows : null));
  }

  /** A part of something longer, a road or a river, whose parts meet without a seam. */
  strip(ring: Ring, material: Material): void {
    this.#canvas.fill(ring, this.#painter(LOOKS[material], 0, 0, null));
  }

  #painter(
    { colour, shift, broad, medium, grain, tone, rows }: Look,
    ownTone: number,
    offset: number,
    direction: { readonly x: number; readonly y: number } | null,
  ): (y: number, x0: number, x1: number) => void {
    const { rgb, width, left, top, gsd } = this.#canvas;
    const textures = this.#textures;
    const light = ownTone * tone;
    const [r, g, b] = [colour[0] + light, colour[1] + light, colour[2] + light * 0.85];
    const [dr, dg, db] = [(shift[0] + broad) / 127, (shift[1] + broad) / 127, (shift[2] + broad) / 127];
    const [dm, dn] = [medium / 127, grain / 127];
    const [ox, oy] = [offset & WRAP, (offset >>> SHIFT) & WRAP];
    const depth = (rows?.depth ?? 0) / 127;
    const turns = direction && rows ? 1024 / rows.gap : 0;
    const [across, down] = direction ? [-direction.y * gsd, direction.x * gsd] : [0, 0];
    return (y, x0, x1) => {
      const py = y + top;
      const broadRow = (((py >> 2) + oy) & WRAP) << SHIFT;
      const mediumRow = ((py + oy) & WRAP) << SHIFT;
      const grainRow = ((py + oy * 3) & WRAP) << SHIFT;
      let at = (y * width + x0) * 3;
      for (let x = x0; x < x1; x++, at += 3) {
        const px = x + left;
        const w = textures.broad[broadRow | (((px >> 2) + ox) & WRAP)]!;
        let v =
          textures.medium[mediumRow | ((px + ox) & WRAP)]! * dm +
          textures.grain[grainRow | ((px + ox * 5) & WRAP)]! * dn;
        if (direction) {
          const place = px * across + py * down;
          v += SINE[(place * turns) & 1023]! * depth;
          const wheel = place - Math.floor(place / TRAMLINES) * TRAMLINES;
          if (wheel < 0.5 || (wheel > 1.9 && wheel < 2.4)) v -= 9;
        }
        rgb[at] = r + w * dr + v;
        rgb[at + 1] = g + w * dg + v;
        rgb[at + 2] = b + w * db + v * 0.8;
      }
    };
  }
}
