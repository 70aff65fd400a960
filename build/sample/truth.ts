import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { intersection, type Geom } from 'polyclip-ts';
import proj4 from 'proj4';
import { area, boxesMeet, boxHolds, boxOf, capsule, type Box, type Point, type Ring } from './geometry';
import type { Way } from './lattice';
import type { Scene } from './render';
import type { Building, Cell } from './scene';
import { crownRing } from './things';

/** How many of each kind the truth holds. */
export type TruthCounts = Record<string, number>;

export interface TruthPlace {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly gsd: number;
  readonly epsg: number;
  readonly origin: { readonly x: number; readonly y: number };
}

/** A definition for proj4 of a UTM zone on WGS 84 (EPSG 326zz north, 327zz south). */
export function utmDefinition(epsg: number): string {
  const zone = epsg % 100;
  const isUtm = (Math.floor(epsg / 100) === 326 || Math.floor(epsg / 100) === 327) && zone >= 1 && zone <= 60;
  if (!isUtm) throw new Error(`EPSG:${epsg} is not a UTM zone on WGS 84`);
  return `+proj=utm +zone=${zone}${epsg >= 32700 ? ' +south' : ''} +datum=WGS84 +units=m +no_defs`;
}

/**
 * Writes what a scene shows as GeoJSON in longitude and latitude, feature by feature: `class` is building, road, road_line,
 * tree, forest, water or construction. Outlines are those that were drawn, cut at the picture's edge; where a road crosses
 * water, the road is on top, on a bridge, and a building stands on top of its construction site.
 */
export async function writeTruth(
  scene: Scene,
  place: TruthPlace,
  path: string,
  seed: number,
): Promise<TruthCounts> {
  const writer = new TruthWriter(place, path);
  await writer.begin(seed);
  const extent = { left: 0, top: 0, right: place.width * place.gsd, bottom: place.height * place.gsd };
  for (const cell of scene.cells.within(extent)) await writeCell(writer, cell);
  await writer.end();
  return writer.counts;
}

async function writeCell(writer: TruthWriter, cell: Cell): Promise<void> {
  for (const building of cell.buildings) {
    await writer.polygon('building', building.outline, describeBuilding(building));
  }
  if (cell.isForest) await writer.polygon('forest', cell.plot, {});
  else {
    for (const tree of cell.trees) {
      await writer.polygon('tree', crownRing(tree), { height_m: rounded(tree.height, 1) });
    }
  }
  if (cell.use === 'site') await writer.polygon('construction', cell.plot, {});
  if (cell.water) await writer.polygon('water', cell.water, {});
  for (const way of cell.ways) await writeWay(writer, way);
}

async function writeWay(writer: TruthWriter, way: Way): Promise<void> {
  if (way.kind === 'none') return;
  const ring = capsule(way.from, way.to, way.halfWidth);
  if (way.kind === 'river') {
    await writer.polygon('water', ring, { kind: 'river' });
    return;
  }
  await writer.polygon('road', ring, { kind: way.kind, width_m: rounded(2 * way.halfWidth, 1) });
  await writer.line('road_line', way.from, way.to, { kind: way.kind });
}

function describeBuilding({ kind, height, wings }: Building): Record<string, string | number> {
  return { kind, roof: wings[0]?.roof ?? 'flat', height_m: rounded(height, 1) };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** m²: slivers at the picture's edge that are left out */
const LEAST_AREA = 0.5;

/** Characters that are written at once. */
const PIECE = 256 * 1024;

class TruthWriter {
  readonly counts: TruthCounts = {};
  readonly #stream: WriteStream;
  readonly #place: TruthPlace;
  readonly #extent: Box;
  readonly #toDegrees: (xy: [number, number]) => [number, number];
  #isFirst = true;
  #pending = '';

  constructor(place: TruthPlace, path: string) {
    this.#place = place;
    this.#extent = { left: 0, top: 0, right: place.width * place.gsd, bottom: place.height * place.gsd };
    this.#stream = createWriteStream(path);
    const converter = proj4(utmDefinition(place.epsg), 'EPSG:4326');
    this.#toDegrees = (xy) => converter.forward(xy);
  }

  async begin(seed: number): Promise<void> {
    const about = {
      synthetic: true,
      seed,
      description: `Truth of the Orthodesk synthetic sample scene, seed ${seed}`,
    };
    await this.#put(`{"type":"FeatureCollection","metadata":${JSON.stringify(about)},"features":[`);
  }

  async end(): Promise<void> {
    await this.#put('\n]}\n');
    await this.#flush();
    this.#stream.end();
    await once(this.#stream, 'finish');
  }

  async polygon(kind: string, ring: Ring, properties: Record<string, string | number>): Promise<void> {
    const box = boxOf(ring);
    if (!boxesMeet(box, this.#extent)) return;
    if (boxHolds(this.#extent, box)) {
      await this.#feature(kind, { type: 'Polygon', coordinates: [this.#degrees(ring)] }, properties);
      return;
    }
    for (const part of this.#cut(ring)) {
      if (area(part) < LEAST_AREA) continue;
      await this.#feature(
        kind,
        { type: 'Polygon', coordinates: [this.#degrees(part)] },
        { ...properties, cut: 1 },
      );
    }
  }

  async line(
    kind: string,
    from: Point,
    to: Point,
    properties: Record<string, string | number>,
  ): Promise<void> {
    const part = cutLine(from, to, this.#extent);
    if (!part) return;
    const coordinates = part.map((end) => this.#position(end));
    await this.#feature(kind, { type: 'LineString', coordinates }, properties);
  }

  /** The parts of a ring within the picture. */
  #cut(ring: Ring): Point[][] {
    const { left, top, right, bottom } = this.#extent;
    const frame: Geom = [
      [
        [left, top],
        [right, top],
        [right, bottom],
        [left, bottom],
      ],
    ];
    const parts = intersection([ring.map(({ x, y }): [number, number] => [x, y])], frame);
    return parts.map((polygon) => polygon[0]!.slice(0, -1).map(([x, y]) => ({ x, y })));
  }

  /** A closed ring, counter-clockwise as GeoJSON asks. */
  #degrees(ring: Ring): number[][] {
    const turns = ring.reduce((sum, a, index) => {
      const b = ring[(index + 1) % ring.length]!;
      return sum + (b.x - a.x) * (b.y + a.y);
    }, 0);
    const ordered = turns < 0 ? [...ring].reverse() : ring;
    const positions = ordered.map((p) => this.#position(p));
    return [...positions, positions[0]!];
  }

  #position(p: Point): [number, number] {
    const [longitude, latitude] = this.#toDegrees([this.#place.origin.x + p.x, this.#place.origin.y - p.y]);
    return [rounded(longitude, 8), rounded(latitude, 8)];
  }

  async #feature(kind: string, geometry: object, properties: Record<string, string | number>): Promise<void> {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const feature = { type: 'Feature', properties: { class: kind, ...properties }, geometry };
    await this.#put(`${this.#isFirst ? '' : ','}\n${JSON.stringify(feature)}`);
    this.#isFirst = false;
  }

  /** Gathers text and writes it in large pieces. */
  async #put(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= PIECE) await this.#flush();
  }

  async #flush(): Promise<void> {
    const isFull = !this.#stream.write(this.#pending);
    this.#pending = '';
    if (isFull) await once(this.#stream, 'drain');
  }
}

/** The part of a line within a box (Liang and Barsky), or null. */
function cutLine(from: Point, to: Point, box: Box): readonly [Point, Point] | null {
  let [enter, leave] = [0, 1];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const limits: readonly (readonly [number, number])[] = [
    [-dx, from.x - box.left],
    [dx, box.right - from.x],
    [-dy, from.y - box.top],
    [dy, box.bottom - from.y],
  ];
  for (const [towards, room] of limits) {
    if (towards === 0 && room < 0) return null;
    if (towards < 0) enter = Math.max(enter, room / towards);
    if (towards > 0) leave = Math.min(leave, room / towards);
  }
  if (leave - enter <= 0) return null;
  const at = (t: number): Point => ({ x: from.x + dx * t, y: from.y + dy * t });
  return [at(enter), at(leave)];
}
