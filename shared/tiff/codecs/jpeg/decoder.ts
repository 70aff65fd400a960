import { BitReader } from './bitReader';
import { createComponents, geometryOf, type Component, type Geometry } from './component';
import { readFrame, type Frame } from './frame';
import { buildHuffman, type HuffmanTable } from './huffman';
import { MARKER, isFrameHeader, nextSegment, type Segment } from './markers';
import { decodeProgressiveBlock, finishProgressive, type Progression } from './progressive';
import { decodeSequentialBlock } from './sequential';
import { ZIGZAG } from './zigzag';

/** A decoded frame: its components' samples, not yet brought to one size nor to other colours. */
export interface DecodedFrame {
  readonly frame: Frame;
  readonly geometry: Geometry;
  readonly components: readonly Component[];
}

/**
 * Decodes a sequential or progressive Huffman-coded JPEG stream of 8 bits (ITU T.81). A stream that breaks off gives
 * what there is, the rest grey; null where there is no frame to decode.
 */
export function decodeFrame(bytes: Uint8Array): DecodedFrame | null {
  return new JpegDecoder(bytes).decode();
}

class JpegDecoder {
  readonly #bytes: Uint8Array;
  readonly #quantization: (Uint16Array | undefined)[] = [];
  readonly #dcTables: (HuffmanTable | undefined)[] = [];
  readonly #acTables: (HuffmanTable | undefined)[] = [];
  #restartInterval = 0;
  #decoded: DecodedFrame | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  decode(): DecodedFrame | null {
    let segment = nextSegment(this.#bytes, 0);
    while (segment && segment.marker !== MARKER.EOI) {
      segment = nextSegment(this.#bytes, this.#take(segment));
    }
    this.#decoded?.components.forEach(finishProgressive);
    return this.#decoded;
  }

  /** Deals with a segment; returns where the next one may start. */
  #take(segment: Segment): number {
    const { marker } = segment;
    if (marker === MARKER.DQT) this.#readQuantization(segment);
    else if (marker === MARKER.DHT) this.#readHuffman(segment);
    else if (marker === MARKER.DRI) this.#restartInterval = this.#word(segment.data);
    else if (marker === MARKER.SOS) return this.#readScan(segment);
    else if (isFrameHeader(marker) && !this.#decoded) this.#startFrame(segment);
    return segment.end;
  }

  #word(at: number): number {
    return ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
  }

  #readQuantization({ data, end }: Segment): void {
    for (let at = data; at < end;) {
      const head = this.#bytes[at++] as number;
      const wide = head >> 4 !== 0;
      if (at + (wide ? 128 : 64) > end) return;
      const table = new Uint16Array(64);
      for (let k = 0; k < 64; k++, at += wide ? 2 : 1) {
        table[ZIGZAG[k] as number] = wide ? this.#word(at) : (this.#bytes[at] as number);
      }
      this.#quantization[head & 3] = table;
    }
  }

  #readHuffman({ data, end }: Segment): void {
    for (let at = data; at + 17 <= end;) {
      const head = this.#bytes[at] as number;
      const counts = this.#bytes.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      at += 17;
      const table = buildHuffman(counts, this.#bytes.subarray(at, Math.min(at + total, end)));
      at += total;
      if (table) (head >> 4 === 0 ? this.#dcTables : this.#acTables)[head & 3] = table;
    }
  }

  #startFrame(segment: Segment): void {
    const frame = readFrame(this.#bytes, segment);
    if (!frame || frame.width === 0 || frame.height === 0) return;
    const geometry = geometryOf(frame);
    const components = createComponents(frame, geometry, frame.marker === MARKER.SOF2);
    this.#decoded = { frame, geometry, components };
  }

  /** Decodes the scan that starts here and returns where its data end. */
  #readScan({ data, end }: Segment): number {
    const scanned = this.#scanComponents(data, end);
    const at = data + 1 + (this.#bytes[data] as number) * 2;
    const approximation = this.#bytes[at + 2] ?? 0;
    const progression: Progression = {
      spectralStart: this.#bytes[at] ?? 0,
      spectralEnd: Math.min(this.#bytes[at + 1] ?? 63, 63),
      high: approximation >> 4,
      low: approximation & 15,
    };
    const stretches = this.#entropyCoded(end);
    if (scanned) this.#decodeScan(scanned, progression, stretches.stretches);
    return stretches.end;
  }

  #scanComponents(data: number, end: number): Component[] | null {
    const count = this.#bytes[data] ?? 0;
    if (!this.#decoded || count < 1 || count > 4 || data + 1 + count * 2 > end) return null;
    const scanned: Component[] = [];
    for (let at = data + 1; at < data + 1 + count * 2; at += 2) {
      const id = this.#bytes[at] as number;
      const tables = this.#bytes[at + 1] as number;
      const component = this.#decoded.components.find((one) => one.id === id && !scanned.includes(one));
      if (!component) return null;
      component.dcTable = this.#dcTables[tables >> 4] ?? null;
      component.acTable = this.#acTables[tables & 15] ?? null;
      component.quantization ??= this.#quantization[component.table] ?? null;
      scanned.push(component);
    }
    return scanned;
  }

  /** The stretches of entropy-coded data between restart markers, and where they end. */
  #entropyCoded(start: number): { stretches: Uint8Array[]; end: number } {
    const stretches: Uint8Array[] = [];
    let from = start;
    let at = start;
    for (;;) {
      at = this.#bytes.indexOf(0xff, at);
      if (at < 0 || at + 1 >= this.#bytes.length) break;
      const marker = this.#bytes[at + 1] as number;
      if (marker === 0) {
        at += 2;
      } else if (marker === 0xff) {
        at++;
      } else if (marker >= MARKER.RST0 && marker <= MARKER.RST7) {
        stretches.push(this.#bytes.subarray(from, at));
        from = at += 2;
      } else {
        stretches.push(this.#bytes.subarray(from, at));
        return { stretches, end: at };
      }
    }
    stretches.push(this.#bytes.subarray(from));
    return { stretches, end: this.#bytes.length };
  }

  #decodeScan(scanned: Component[], progression: Progression, stretches: readonly Uint8Array[]): void {
    const [single] = scanned;
    const decoded = this.#decoded as DecodedFrame;
    const interleaved = scanned.length > 1;
    const across = interleaved ? decoded.geometry.mcusAcross : (single as Component).blocksAcross;
    const down = interleaved ? decoded.geometry.mcusDown : (single as Component).blocksDown;
    const total = across * down;
    const interval = this.#restartInterval || total;
    const progressive = decoded.frame.marker === MARKER.SOF2;
    stretches.slice(0, Math.ceil(total / interval)).forEach((stretch, index) => {
      const reader = new BitReader(stretch);
      for (const component of scanned) component.predicted = 0;
      const last = Math.min((index + 1) * interval, total);
      for (let mcu = index * interval; mcu < last && !reader.exhausted; mcu++) {
        const row = Math.floor(mcu / across);
        const column = mcu % across;
        if (interleaved) decodeMcu(reader, scanned, row, column, progressive ? progression : null);
        else decodeBlock(reader, single as Component, row, column, progressive ? progression : null);
      }
    });
  }
}

function decodeMcu(
  reader: BitReader,
  scanned: readonly Component[],
  row: number,
  column: number,
  progression: Progression | null,
): void {
  for (const component of scanned) {
    const { across, down } = component;
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        decodeBlock(reader, component, row * down + y, column * across + x, progression);
      }
    }
  }
}

function decodeBlock(
  reader: BitReader,
  component: Component,
  row: number,
  column: number,
  progression: Progression | null,
): void {
  if (progression === null) decodeSequentialBlock(reader, component, row, column);
  else decodeProgressiveBlock(reader, component, row, column, progression);
}
