/**
 * A packed R-tree in SQLite's own form. Boxes arrive in any number; runs of them are ordered along a Hilbert curve and
 * packed into full nodes, which is an order of magnitude faster than inserting one by one and gives a better tree. Source of the
 * node format: the comments of ext/rtree/rtree.c (unchanged since 2009); `rtreecheck()` is the referee of the tests.
 */
import type { Database } from 'better-sqlite3';

/** Entries a node can hold at most, whatever the page size. */
const CAPACITY = 51;
/** Room is left for later edits, or each would split a node. */
const FILL = 46;
const CELL = 24;
const NODE_HEADER = 4;

/** Boxes ordered and packed together: 6 MB. */
const RUN = 1 << 17;
/** Rows inserted by one statement. */
const ROWS = 256;

const ROOT = 1;

export class RtreePacker {
  #count = 0;
  readonly #ids = new Float64Array(RUN);
  readonly #boxes = new Float32Array(4 * RUN);
  /** Nodes of the level being built: number and box (min x, max x, min y, max y). */
  #leaves: number[] = [];
  #leafBoxes: number[] = [];
  #nextNode = ROOT + 1;
  readonly #insertNode;
  readonly #insertRow;
  readonly #insertRows;
  readonly #insertParent;
  readonly #readNode;

  /** `table` is the name of an empty virtual table `rtree(id, minx, maxx, miny, maxy)`. */
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {
    const name = (suffix: string): string => `"${table.replaceAll('"', '""')}_${suffix}"`;
    this.#readNode = db.prepare<[number], { size: number }>(
      `SELECT length(data) AS size FROM ${name('node')} WHERE nodeno = ?`,
    );
    db.unsafeMode(true); // the node tables are guarded against writing
    this.#insertNode = db.prepare(`INSERT OR REPLACE INTO ${name('node')} (nodeno, data) VALUES (?, ?)`);
    this.#insertRow = db.prepare(`INSERT INTO ${name('rowid')} (rowid, nodeno) VALUES (?, ?)`);
    this.#insertRows = db.prepare(
      `INSERT INTO ${name('rowid')} (rowid, nodeno) VALUES ${Array.from({ length: ROWS }, () => '(?, ?)').join(',')}`,
    );
    this.#insertParent = db.prepare(`INSERT INTO ${name('parent')} (nodeno, parentnode) VALUES (?, ?)`);
  }

  add(id: number, minX: number, minY: number, maxX: number, maxY: number): void {
    if (this.#count === RUN) this.#packRun();
    const at = this.#count++;
    this.#ids[at] = id;
    this.#boxes[4 * at] = floatBelow(minX);
    this.#boxes[4 * at + 1] = floatAbove(maxX);
    this.#boxes[4 * at + 2] = floatBelow(minY);
    this.#boxes[4 * at + 3] = floatAbove(maxY);
  }

  /** Writes what is left and the levels above; the packer is of no use afterwards. */
  finish(): void {
    try {
      this.#finish();
    } finally {
      this.db.unsafeMode(false);
    }
  }

  #finish(): void {
    const size = this.#readNode.get(ROOT)?.size ?? 0;
    if (size < NODE_HEADER + CAPACITY * CELL)
      throw new Error(`R-tree ${this.table} has small nodes: ${size}`);
    if (this.#leaves.length === 0 && this.#count <= FILL) {
      this.#writeNode(ROOT, 0, sequence(this.#count), this.#ids, this.#boxes);
      this.#writeRows(new Int32Array(this.#count).fill(ROOT));
      return;
    }
    this.#packRun();
    let nodes = this.#leaves;
    let boxes = this.#leafBoxes;
    let depth = 1;
    for (; nodes.length > FILL; depth++) {
      const parents: number[] = [];
      const parentBoxes: number[] = [];
      for (let from = 0; from < nodes.length; from += FILL) {
        const members = sequence(Math.min(FILL, nodes.length - from), from);
        const parent = this.#nextNode++;
        this.#writeNode(parent, 0, members, nodes, boxes);
        for (const member of members) this.#insertParent.run(nodes[member], parent);
        parents.push(parent);
        parentBoxes.push(...unionOf(members, boxes));
      }
      nodes = parents;
      boxes = parentBoxes;
    }
    const members = sequence(nodes.length);
    this.#writeNode(ROOT, depth, members, nodes, boxes);
    for (const member of members) this.#insertParent.run(nodes[member], ROOT);
  }

  #packRun(): void {
    const order = this.#hilbertOrder();
    const nodeOf = new Int32Array(this.#count);
    for (let from = 0; from < order.length; from += FILL) {
      const members = order.subarray(from, from + FILL);
      const node = this.#nextNode++;
      this.#writeNode(node, 0, members, this.#ids, this.#boxes);
      for (const member of members) nodeOf[member] = node;
      this.#leaves.push(node);
      this.#leafBoxes.push(...unionOf(members, this.#boxes));
    }
    this.#writeRows(nodeOf);
    this.#count = 0;
  }

  /** Which node holds each box of the run. */
  #writeRows(nodeOf: Int32Array): void {
    let from = 0;
    for (; from + ROWS <= nodeOf.length; from += ROWS) {
      const values: number[] = [];
      for (let i = from; i < from + ROWS; i++) values.push(this.#ids[i]!, nodeOf[i]!);
      this.#insertRows.run(values);
    }
    for (let i = from; i < nodeOf.length; i++) this.#insertRow.run(this.#ids[i], nodeOf[i]);
  }

  /** `depth` is the tree's height and stands in the root alone. */
  #writeNode(
    node: number,
    depth: number,
    members: Iterable<number> & { readonly length: number },
    ids: ArrayLike<number>,
    boxes: ArrayLike<number>,
  ): void {
    const data = Buffer.alloc(NODE_HEADER + CAPACITY * CELL);
    data.writeUInt16BE(depth, 0);
    data.writeUInt16BE(members.length, 2);
    let at = NODE_HEADER;
    for (const member of members) {
      data.writeBigInt64BE(BigInt(ids[member]!), at);
      for (let side = 0; side < 4; side++) data.writeFloatBE(boxes[4 * member + side]!, at + 8 + 4 * side);
      at += CELL;
    }
    this.#insertNode.run(node, data);
  }

  #hilbertOrder(): Uint32Array {
    const boxes = this.#boxes.subarray(0, 4 * this.#count);
    const [minX, maxX, minY, maxY] = unionOf(sequence(this.#count), boxes);
    const scaleX = 65535 / (maxX - minX || 1);
    const scaleY = 65535 / (maxY - minY || 1);
    const keys = new Float64Array(this.#count);
    for (let i = 0; i < this.#count; i++) {
      const x = ((boxes[4 * i]! + boxes[4 * i + 1]!) / 2 - minX) * scaleX;
      const y = ((boxes[4 * i + 2]! + boxes[4 * i + 3]!) / 2 - minY) * scaleY;
      keys[i] = hilbert(x & 0xffff, y & 0xffff) * RUN + i; // the place rides along in the low bits
    }
    keys.sort();
    return Uint32Array.from(keys, (key) => key % RUN);
  }
}

function sequence(count: number, from = 0): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => from + i);
}

function unionOf(members: Iterable<number>, boxes: ArrayLike<number>): [number, number, number, number] {
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const member of members) {
    minX = Math.min(minX, boxes[4 * member]!);
    maxX = Math.max(maxX, boxes[4 * member + 1]!);
    minY = Math.min(minY, boxes[4 * member + 2]!);
    maxY = Math.max(maxY, boxes[4 * member + 3]!);
  }
  return [minX, maxX, minY, maxY];
}

/** Position along a Hilbert curve of order 16. Source: Hamilton's form of J. Skilling, 2004, for two dimensions. */
function hilbert(x: number, y: number): number {
  let key = 0;
  for (let side = 1 << 15; side > 0; side >>= 1) {
    const right = (x & side) > 0 ? 1 : 0;
    const top = (y & side) > 0 ? 1 : 0;
    key = key * 4 + ((3 * right) ^ top);
    if (top === 0) {
      if (right === 1) {
        x = 0xffff - x;
        y = 0xffff - y;
      }
      [x, y] = [y, x];
    }
  }
  return key;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest 32-bit float that is not above the value, as SQLite rounds the lower side of a box. */
function floatBelow(value: number): number {
  return nextTo(value, (rounded) => rounded > value, -1);
}

function floatAbove(value: number): number {
  return nextTo(value, (rounded) => rounded < value, 1);
}

function nextTo(value: number, wrong: (rounded: number) => boolean, direction: 1 | -1): number {
  float[0] = value;
  if (!wrong(float[0])) return float[0];
  if (float[0] === 0) return direction * 1.401298464324817e-45;
  bits[0]! += float[0] > 0 ? direction : -direction;
  return float[0];
}
