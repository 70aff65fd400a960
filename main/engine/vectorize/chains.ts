/**
 * Outlines under construction. A chain is a run of corners with two open ends; chains grow at either end and join until a
 * chain meets itself and is a ring. Corners lie in pooled arrays and are given back when a ring is taken out, so memory follows
 * the outlines that are open, not the picture.
 */

/** A closed outline: corners in order, the first not repeated. */
export interface Ring {
  /** x0, y0, x1, y1, … px */
  readonly corners: Int32Array;
  /** 1 where four pixels meet in a saddle: outlines touch there, and it must stay. */
  readonly pinned: Uint8Array;
}

const NONE = -1;

export class ChainStore {
  #x = new Int32Array(1024);
  #y = new Int32Array(1024);
  #next = new Int32Array(1024);
  #pinned = new Uint8Array(1024);
  #nodes = 0;
  #freeNode = NONE;

  /** First and last corner, and length, of each chain. */
  #head: number[] = [];
  #tail: number[] = [];
  #length: number[] = [];
  #freeChains: number[] = [];

  /** Corners that are in use: open outlines only. */
  get size(): number {
    return this.#length.reduce((sum, length) => sum + length, 0);
  }

  start(x: number, y: number, pinned: boolean): number {
    const node = this.#node(x, y, pinned);
    const chain = this.#freeChains.pop() ?? this.#head.length;
    this.#head[chain] = node;
    this.#tail[chain] = node;
    this.#length[chain] = 1;
    return chain;
  }

  append(chain: number, x: number, y: number, pinned: boolean): void {
    const node = this.#node(x, y, pinned);
    this.#next[this.#tail[chain]!] = node;
    this.#tail[chain] = node;
    this.#length[chain]! += 1;
  }

  prepend(chain: number, x: number, y: number, pinned: boolean): void {
    const node = this.#node(x, y, pinned);
    this.#next[node] = this.#head[chain]!;
    this.#head[chain] = node;
    this.#length[chain]! += 1;
  }

  /** Hangs `second` behind `first`; `second` is no more. */
  join(first: number, second: number): void {
    this.#next[this.#tail[first]!] = this.#head[second]!;
    this.#tail[first] = this.#tail[second]!;
    this.#length[first]! += this.#length[second]!;
    this.#release(second);
  }

  /** Takes a chain that has met itself out of the store. */
  close(chain: number): Ring {
    const length = this.#length[chain]!;
    const corners = new Int32Array(2 * length);
    const pinned = new Uint8Array(length);
    let node = this.#head[chain]!;
    for (let i = 0; i < length; i++) {
      corners[2 * i] = this.#x[node]!;
      corners[2 * i + 1] = this.#y[node]!;
      pinned[i] = this.#pinned[node]!;
      node = this.#next[node]!;
    }
    this.#next[this.#tail[chain]!] = this.#freeNode;
    this.#freeNode = this.#head[chain]!;
    this.#release(chain);
    return { corners, pinned };
  }

  #release(chain: number): void {
    this.#length[chain] = 0;
    this.#freeChains.push(chain);
  }

  #node(x: number, y: number, pinned: boolean): number {
    let node = this.#freeNode;
    if (node === NONE) {
      if (this.#nodes === this.#x.length) this.#grow();
      node = this.#nodes++;
    } else {
      this.#freeNode = this.#next[node]!;
    }
    this.#x[node] = x;
    this.#y[node] = y;
    this.#next[node] = NONE;
    this.#pinned[node] = pinned ? 1 : 0;
    return node;
  }

  #grow(): void {
    const longer = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.#x = longer(this.#x);
    this.#y = longer(this.#y);
    this.#next = longer(this.#next);
    const flags = new Uint8Array(this.#pinned.length * 2);
    flags.set(this.#pinned);
    this.#pinned = flags;
  }
}
