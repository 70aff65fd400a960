import { Canvas, MARGIN } from './canvas';
import { Cells, CELL_REACH } from './cells';
import {
  add,
  boxesMeet,
  boxOf,
  capsule,
  corners,
  direction,
  distance,
  type Box,
  type Ring,
} from './geometry';
import { GroundPainter } from './ground';
import { BANK, Lattice, type Way } from './lattice';
import { hash } from './random';
import type { Cell, Material } from './scene';
import { makeTextures, SENSOR_LENGTH, type Textures } from './textures';
import { ThingPainter } from './things';

/** A scene that can be looked at tile by tile: equal seeds give equal pixels, however the picture is cut into tiles. */
export class Scene {
  readonly cells: Cells;
  readonly textures: Textures;

  constructor(readonly seed: number) {
    this.cells = new Cells(new Lattice(seed), seed);
    this.textures = makeTextures(seed);
  }
}

/** Draws square tiles of a scene. */
export class TileRenderer {
  readonly #scene: Scene;
  readonly #canvas: Canvas;
  readonly #ground: GroundPainter;
  readonly #things: ThingPainter;
  /** The last three rows. */
  readonly #blurred: readonly Uint16Array[];

  /** @param size px of a tile's side  @param gsd m of a pixel */
  constructor(
    scene: Scene,
    readonly size: number,
    gsd: number,
  ) {
    this.#scene = scene;
    this.#canvas = new Canvas(size, gsd);
    this.#ground = new GroundPainter(this.#canvas, scene.textures);
    this.#things = new ThingPainter(this.#canvas, scene.textures);
    this.#blurred = [0, 1, 2].map(() => new Uint16Array(this.#canvas.width * 3));
  }

  /** Draws the tile whose top left pixel is (x, y): size × size × 3 bytes, red, green, blue. */
  render(x: number, y: number, into: Uint8Array): void {
    const canvas = this.#canvas;
    canvas.begin(x, y);
    const box = canvas.box;
    const cells = [...this.#scene.cells.within(box)];
    this.#drawGround(cells, box);
    this.#drawWays(cells.flatMap((cell) => cell.ways).filter((way) => meets(way, box)));
    this.#drawThings(cells, box);
    this.#photograph(into);
  }

  #drawGround(cells: readonly Cell[], box: Box): void {
    this.#ground.cover('grass');
    for (const cell of cells) {
      for (const patch of cell.patches) if (boxesMeet(boxOf(patch.ring), box)) this.#ground.patch(patch);
    }
  }

  #drawWays(ways: readonly Way[]): void {
    for (const way of ways.filter(({ kind }) => kind === 'track')) {
      this.#strip(way, way.halfWidth, 'dirt');
      this.#strip(way, 0.4, 'grass');
    }
    const rivers = ways.filter(({ kind }) => kind === 'river');
    for (const way of rivers) this.#strip(way, way.halfWidth + BANK, 'forestFloor');
    for (const way of rivers) this.#strip(way, way.halfWidth, 'water');
    const roads = ways.filter(({ kind }) => kind === 'street' || kind === 'main');
    for (const way of roads) this.#strip(way, way.halfWidth + 1.5, 'paving');
    for (const way of roads) this.#strip(way, way.halfWidth, 'asphalt');
    for (const way of roads.filter(({ kind }) => kind === 'main')) this.#markings(way);
  }

  #strip({ from, to }: Way, halfWidth: number, material: Material): void {
    this.#ground.strip(capsule(from, to, halfWidth), material);
  }

  /** A dashed line along the middle. */
  #markings({ from, to, halfWidth }: Way): void {
    const along = direction(from, to);
    for (let at = halfWidth + 4; at < distance(from, to) - halfWidth - 7; at += 9) {
      const dash = { centre: add(from, along, at + 1.5), along, halfLength: 1.5, halfWidth: 0.17 };
      this.#ground.strip(corners(dash), 'marking');
    }
  }

  #drawThings(cells: readonly Cell[], box: Box): void {
    const things = this.#things;
    const reach: Box = {
      left: box.left - CELL_REACH,
      top: box.top - CELL_REACH,
      right: box.right + CELL_REACH,
      bottom: box.bottom + CELL_REACH,
    };
    const buildings = cells
      .flatMap((cell) => cell.buildings)
      .filter((building) => boxesMeet(building.box, reach));
    const trees = cells
      .flatMap((cell) => cell.trees)
      .filter(({ centre }) => holds(reach, centre.x, centre.y));
    const vehicles = cells
      .flatMap((cell) => cell.vehicles)
      .filter(({ centre }) => holds(reach, centre.x, centre.y));
    for (const building of buildings) things.castBuilding(building);
    for (const vehicle of vehicles) things.castVehicle(vehicle);
    for (const tree of trees) things.castTree(tree);
    things.applyShade();
    for (const vehicle of vehicles) things.vehicle(vehicle);
    for (const building of buildings) things.building(building);
    for (const tree of trees) things.tree(tree);
  }

  /** What the camera makes of it: the lens blurs a little, the air lifts the shadows, the sensor adds noise. */
  #photograph(into: Uint8Array): void {
    const { width, height, top, left } = this.#canvas;
    const { sensor } = this.#scene.textures;
    const rows = this.#blurred;
    for (let y = MARGIN - 1; y < MARGIN + 1; y++) this.#blurRow(y);
    let at = 0;
    for (let y = MARGIN; y < height - MARGIN; y++) {
      this.#blurRow(y + 1);
      const above = rows[(y - 1) % 3]!;
      const own = rows[y % 3]!;
      const below = rows[(y + 1) % 3]!;
      let noise = (hash(this.#scene.seed, y + top, 61) + left + MARGIN) & (SENSOR_LENGTH - 1);
      for (let place = MARGIN * 3; place < (width - MARGIN) * 3; place += 3) {
        const grain = sensor[noise]! * GRAIN;
        const tint = sensor[(noise * 7 + 13) & (SENSOR_LENGTH - 1)]! * TINT;
        noise = (noise + 1) & (SENSOR_LENGTH - 1);
        const red = own[place]! * 10 + (above[place]! + below[place]!) * 3;
        const green = own[place + 1]! * 10 + (above[place + 1]! + below[place + 1]!) * 3;
        const blue = own[place + 2]! * 10 + (above[place + 2]! + below[place + 2]!) * 3;
        into[at] = (red * GAIN + HAZE[0] + grain + tint) >> FRACTION;
        into[at + 1] = (green * GAIN + HAZE[1] + grain) >> FRACTION;
        into[at + 2] = (blue * GAIN + HAZE[2] + grain - tint) >> FRACTION;
        at += 3;
      }
    }
  }

  /** Blurs a row along itself: sixteen times the brightness. */
  #blurRow(y: number): void {
    const { width, rgb } = this.#canvas;
    const from = y * width * 3;
    const row = this.#blurred[y % 3]!;
    for (let index = 3; index < width * 3 - 3; index++) {
      row[index] = rgb[from + index]! * 10 + (rgb[from + index - 3]! + rgb[from + index + 3]!) * 3;
    }
  }
}

/** Brightness is computed in whole numbers, with so many binary digits behind the point. */
const FRACTION = 16;
/** The lens's 16 × 16, and what the air lets through: the brightest stays below 256 with haze and noise. */
const GAIN = 238;
/** Light that the air adds, bluish. */
const HAZE = [7 << FRACTION, 8 << FRACTION, 11 << FRACTION] as const;
/** Steps of brightness for each step of the sensor's noise, in all colours at once and apart. */
const GRAIN = Math.round(0.035 * 2 ** FRACTION);
const TINT = Math.round(0.012 * 2 ** FRACTION);

const holds = (box: Box, x: number, y: number): boolean =>
  x > box.left && x < box.right && y > box.top && y < box.bottom;

function meets(way: Way, box: Box): boolean {
  const ring: Ring = [way.from, way.to];
  return way.kind !== 'none' && boxesMeet(boxOf(ring, way.halfStrip + 2), box);
}
