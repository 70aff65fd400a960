import type { Database, Statement } from 'better-sqlite3';
import { flatParts, type FlatPart } from '../flat';
import type { Layer } from '../layer';
import { RtreeWalker } from '../rtreeWalk';
import { quoted } from '../schema';
import { ClassCodes } from './classCodes';
import { Coverage } from './coverage';
import { tileBox, toTileUnits, type TileAddress } from './mercator';
import { EXTENT, LayerEncoder, type TagValue } from './mvt';
import { clipLine, clipRing, doubleArea, oriented, thin } from './shape';

/** The layer's name in the service's own tiles. */
export const LAYER_NAME = 'vector_layer';

/** Pixels of the screen across a tile. */
const PIXELS = 512;
const UNITS_PER_PIXEL = EXTENT / PIXELS;
/** Tile units kept around a tile, so that outlines at its sides are drawn whole. */
const MARGIN = 64;
/** Smaller than this (pixels) a shape cannot be told from its box, and boxes are merged. */
const SMALLEST_SHAPE = 2.5;
/** Tile units; not seen on screen */
const TOLERANCE = 0.4 * UNITS_PER_PIXEL;

/** Columns that styles draw by. */
const TAGS = ['class_id', 'object_type', 'building_height', 'max_height', 'subtype', 'shape_type'];

type FeatureRow = Record<string, TagValue | null> & { fid: number };

/** Makes vector tiles of a layer. */
export class TileMaker {
  readonly #walker: RtreeWalker;
  readonly #codes: ClassCodes;
  readonly #feature: Statement<[number], FeatureRow>;
  readonly #geometry: Statement<[number], Buffer>;

  constructor(
    db: Database,
    private readonly layer: Layer,
  ) {
    this.#walker = new RtreeWalker(db, layer.rtree);
    this.#codes = new ClassCodes(db, layer);
    const tags = layer.columns.filter((column) => TAGS.includes(column.name));
    const table = quoted(layer.name);
    const id = quoted(layer.idColumn);
    const list = [`${id} AS fid`, ...tags.map((column) => quoted(column.name))].join(', ');
    this.#feature = db.prepare(`SELECT ${list} FROM ${table} WHERE ${id} = ?`);
    this.#geometry = db
      .prepare<[number], Buffer>(`SELECT ${quoted(layer.geometryColumn)} FROM ${table} WHERE ${id} = ?`)
      .pluck();
  }

  /** The tile's bytes; null when nothing lies in it. */
  tile(address: TileAddress): Uint8Array | null {
    const encoder = new LayerEncoder(LAYER_NAME);
    const small = new Map<number, Coverage>();
    const large = this.#sort(address, small);
    for (const [code, coverage] of small) this.#addCoverage(encoder, code, coverage);
    for (const fid of large) this.#addFeature(encoder, fid, address);
    return encoder.isEmpty ? null : encoder.finish();
  }

  /** Features that are drawn by themselves, in their order; the others go into `small`, by class. */
  #sort(address: TileAddress, small: Map<number, Coverage>): Float64Array {
    const large: number[] = [];
    const corners = new Float64Array(4);
    this.#walker.visit(tileBox(address, MARGIN), (fid, minX, minY, maxX, maxY) => {
      corners[0] = minX;
      corners[1] = maxY;
      corners[2] = maxX;
      corners[3] = minY;
      const [left, top, right, bottom] = toTileUnits(corners, address);
      if (Math.max(right! - left!, bottom! - top!) >= SMALLEST_SHAPE * UNITS_PER_PIXEL) {
        large.push(fid);
        return;
      }
      const code = this.#codes.of(fid);
      let coverage = small.get(code);
      if (!coverage) small.set(code, (coverage = new Coverage(PIXELS)));
      coverage.add(
        left! / UNITS_PER_PIXEL,
        top! / UNITS_PER_PIXEL,
        right! / UNITS_PER_PIXEL,
        bottom! / UNITS_PER_PIXEL,
      );
    });
    return Float64Array.from(large).sort();
  }

  #addCoverage(encoder: LayerEncoder, code: number, coverage: Coverage): void {
    const rectangles = coverage.rectangles();
    if (rectangles.length === 0) return;
    const shapes = rectangles.map((sides) => {
      const [left, top, right, bottom] = sides.map((side) => side * UNITS_PER_PIXEL) as [
        number,
        number,
        number,
        number,
      ];
      if (this.layer.dimension === 0) return Int32Array.of((left + right) / 2, (top + bottom) / 2);
      if (this.layer.dimension === 1) return Int32Array.of(left, bottom, right, top);
      return Int32Array.of(left, top, right, top, right, bottom, left, bottom);
    });
    encoder.add(this.layer.dimension, shapes, this.#codes.tags(code), null);
  }

  #addFeature(encoder: LayerEncoder, fid: number, address: TileAddress): void {
    const row = this.#feature.get(fid);
    const blob = this.#geometry.get(fid);
    if (!row || !blob) return;
    const { fid: _, ...tags } = row;
    const lines: [Int32Array[], Int32Array[], Int32Array[]] = [[], [], []];
    for (const part of flatParts(blob)) lines[part.dimension].push(...drawn(part, address));
    for (const dimension of [0, 1, 2] as const) {
      if (lines[dimension].length > 0) encoder.add(dimension, lines[dimension], tags, fid);
    }
  }
}

const LOW = -MARGIN;
const HIGH = EXTENT + MARGIN;

function drawn(part: FlatPart, address: TileAddress): Int32Array[] {
  const lines = part.lines.map((line) => toTileUnits(line, address));
  if (part.dimension === 0) {
    const [x, y] = lines[0]!;
    const inside = x! >= LOW && x! <= HIGH && y! >= LOW && y! <= HIGH;
    return inside ? [Int32Array.of(Math.round(x!), Math.round(y!))] : [];
  }
  if (part.dimension === 1) {
    return clipLine(lines[0]!, LOW, HIGH)
      .map((piece) => thin(piece, TOLERANCE, false))
      .filter((piece) => piece.length >= 4);
  }
  return drawnRings(lines);
}

function drawnRings(rings: readonly Float64Array[]): Int32Array[] {
  const out: Int32Array[] = [];
  for (const [i, ring] of rings.entries()) {
    const open = ring.subarray(0, Math.max(0, ring.length - 2));
    const clipped = clipRing(open, LOW, HIGH);
    if (clipped.length < 6) {
      if (i === 0) return [];
      continue;
    }
    const thinned = thin(clipped, TOLERANCE, true);
    const shows = thinned.length >= 6 && doubleArea(thinned) !== 0;
    if (shows) out.push(oriented(thinned, i === 0));
    else if (i === 0) return [atLeastAPixel(clipped)];
  }
  return out;
}

/** A sliver as a box a pixel wide: it is there, so it shows. */
function atLeastAPixel(ring: Float64Array): Int32Array {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    left = Math.min(left, ring[i]!);
    right = Math.max(right, ring[i]!);
    top = Math.min(top, ring[i + 1]!);
    bottom = Math.max(bottom, ring[i + 1]!);
  }
  const growX = Math.max(0, UNITS_PER_PIXEL - (right - left)) / 2;
  const growY = Math.max(0, UNITS_PER_PIXEL - (bottom - top)) / 2;
  const [x1, y1] = [Math.floor(left - growX), Math.floor(top - growY)];
  const [x2, y2] = [Math.ceil(right + growX), Math.ceil(bottom + growY)];
  return Int32Array.of(x1, y1, x2, y1, x2, y2, x1, y2);
}
