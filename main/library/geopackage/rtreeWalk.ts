import type { Database } from 'better-sqlite3';
import { quoted } from './schema';
import type { Box } from './wkb';

const ROOT = 1;
const HEADER = 4;
const CELL = 24;

/** Called with a feature's id and box; boxes are rounded outwards to 32-bit floats. */
export type BoxVisitor = (id: number, minX: number, minY: number, maxX: number, maxY: number) => void;

/**
 * Reads the nodes of an R-tree straight from its table: for a view of a whole result ten times as fast as a query that returns
 * every box as a row. Source of the node format: ext/rtree/rtree.c.
 */
export class RtreeWalker {
  readonly #node;

  constructor(db: Database, table: string) {
    this.#node = db
      .prepare<[number], Buffer>(`SELECT data FROM ${quoted(`${table}_node`)} WHERE nodeno = ?`)
      .pluck();
  }

  /** Visits every box that meets `box`. */
  visit(box: Box, visitor: BoxVisitor): void {
    const root = this.#node.get(ROOT);
    if (root) this.#visitNode(root, root.readUInt16BE(0), box, visitor);
  }

  #visitNode(node: Buffer, depth: number, box: Box, visitor: BoxVisitor): void {
    const view = new DataView(node.buffer, node.byteOffset, node.byteLength);
    const end = HEADER + CELL * view.getUint16(2);
    for (let at = HEADER; at < end; at += CELL) {
      const minX = view.getFloat32(at + 8);
      const maxX = view.getFloat32(at + 12);
      const minY = view.getFloat32(at + 16);
      const maxY = view.getFloat32(at + 20);
      if (minX > box[2] || maxX < box[0] || minY > box[3] || maxY < box[1]) continue;
      const id = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
      if (depth === 0) {
        visitor(id, minX, minY, maxX, maxY);
        continue;
      }
      const child = this.#node.get(id);
      if (child) this.#visitNode(child, depth - 1, box, visitor);
    }
  }
}
