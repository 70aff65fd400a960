import type { BitReader } from './bitReader';
import type { Component } from './component';
import { LOOK_BITS } from './huffman';
import { inverseDct, inverseDctFlat } from './idct';
import { ZIGZAG } from './zigzag';

const block = new Int32Array(64);

/** Decodes one block of a sequential scan (T.81 F.2.2) straight to samples. */
export function decodeSequentialBlock(
  reader: BitReader,
  component: Component,
  row: number,
  column: number,
): void {
  const { dcTable, acTable, quantization, samples, stride } = component;
  if (!dcTable || !acTable || !quantization) return;
  const dc = component.predicted + reader.readSigned(reader.symbol(dcTable) & 15);
  component.predicted = dc;
  const { data } = reader;
  const { fast, look } = acTable;
  let { at, bits, count } = reader;
  let k = 1;
  while (k < 64) {
    if (count < 16) {
      bits = (bits << 16) | ((data[at] as number) << 8) | (data[at + 1] as number);
      at += 2;
      count += 16;
    }
    const next = (bits >>> (count - LOOK_BITS)) & ((1 << LOOK_BITS) - 1);
    const whole = fast[next] as number;
    if (whole !== 0) {
      k += (whole >> 8) & 15;
      count -= whole & 255;
      const position = ZIGZAG[k++] as number;
      block[position] = Math.imul(whole >> 16, quantization[position] as number);
      continue;
    }
    let symbol = look[next] as number;
    if (symbol !== 0) {
      count -= symbol >> 8;
      symbol &= 255;
    } else {
      reader.bits = bits;
      reader.count = count;
      symbol = reader.longSymbol(acTable);
      count = reader.count;
    }
    const size = symbol & 15;
    if (size === 0) {
      if (symbol < 0xf0) break;
      k += 16;
      continue;
    }
    k += symbol >> 4;
    if (count < size) {
      bits = (bits << 16) | ((data[at] as number) << 8) | (data[at + 1] as number);
      at += 2;
      count += 16;
    }
    count -= size;
    const magnitude = (bits >>> count) & ((1 << size) - 1);
    const value = magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
    const position = ZIGZAG[k++] as number;
    block[position] = Math.imul(value, quantization[position] as number);
  }
  reader.at = at;
  reader.bits = bits;
  reader.count = count;
  const to = row * 8 * stride + column * 8;
  if (k === 1) {
    inverseDctFlat(Math.imul(dc, quantization[0] as number), samples, to, stride);
    return;
  }
  block[0] = Math.imul(dc, quantization[0] as number);
  inverseDct(block, samples, to, stride);
  block.fill(0);
}
