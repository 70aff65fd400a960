import type { BitReader } from './bitReader';
import type { Component } from './component';
import { inverseDct } from './idct';
import { ZIGZAG } from './zigzag';

/** What a progressive scan adds to the coefficients (T.81 G.1.1.1). */
export interface Progression {
  readonly spectralStart: number;
  readonly spectralEnd: number;
  /** Successive approximation: the bit position of the scan before (0 in a first scan) and of this one. */
  readonly high: number;
  readonly low: number;
}

/** Decodes what one progressive scan says of one block (T.81 G.2) into its coefficients. */
export function decodeProgressiveBlock(
  reader: BitReader,
  component: Component,
  row: number,
  column: number,
  progression: Progression,
): void {
  const { coefficients } = component;
  if (!coefficients) return;
  const at = (row * component.storedAcross + column) * 64;
  if (progression.spectralStart === 0) {
    if (progression.high === 0) firstDc(reader, component, coefficients, at, progression.low);
    else if (reader.read(1) === 1) coefficients[at]! |= 1 << progression.low;
  } else if (progression.high === 0) {
    firstAc(reader, component, coefficients, at, progression);
  } else {
    refineAc(reader, component, coefficients, at, progression);
  }
}

function firstDc(
  reader: BitReader,
  component: Component,
  coefficients: Int16Array,
  at: number,
  low: number,
): void {
  if (!component.dcTable) return;
  component.predicted += reader.readSigned(reader.symbol(component.dcTable) & 15);
  coefficients[at] = component.predicted << low;
}

function firstAc(
  reader: BitReader,
  { acTable }: Component,
  coefficients: Int16Array,
  at: number,
  { spectralStart, spectralEnd, low }: Progression,
): void {
  if (!acTable) return;
  if (reader.bandRun > 0) {
    reader.bandRun--;
    return;
  }
  let k = spectralStart;
  while (k <= spectralEnd) {
    const symbol = reader.symbol(acTable);
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size === 0) {
      if (run < 15) {
        reader.bandRun = (1 << run) - 1 + reader.read(run);
        return;
      }
      k += 16;
      continue;
    }
    k += run;
    coefficients[at + (ZIGZAG[k++] as number)] = reader.readSigned(size) << low;
  }
}

function refineAc(
  reader: BitReader,
  { acTable }: Component,
  coefficients: Int16Array,
  at: number,
  { spectralStart, spectralEnd, low }: Progression,
): void {
  if (!acTable) return;
  const bit = 1 << low;
  let k = spectralStart;
  if (reader.bandRun === 0) {
    while (k <= spectralEnd) {
      const symbol = reader.symbol(acTable);
      let run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) !== 0) {
        value = reader.read(1) === 1 ? bit : -bit;
      } else if (run < 15) {
        reader.bandRun = (1 << run) + reader.read(run);
        break;
      }
      // Pass over `run` zeros; every coefficient already known on the way gets its correction bit.
      while (k <= spectralEnd) {
        const position = at + (ZIGZAG[k++] as number);
        if (coefficients[position] !== 0) correct(reader, coefficients, position, bit);
        else if (run-- === 0) {
          if (value !== 0) coefficients[position] = value;
          break;
        }
      }
    }
  }
  if (reader.bandRun > 0) {
    for (; k <= spectralEnd; k++) {
      const position = at + (ZIGZAG[k] as number);
      if (coefficients[position] !== 0) correct(reader, coefficients, position, bit);
    }
    reader.bandRun--;
  }
}

function correct(reader: BitReader, coefficients: Int16Array, position: number, bit: number): void {
  if (reader.read(1) === 0) return;
  const value = coefficients[position] as number;
  if ((Math.abs(value) & bit) === 0) coefficients[position] = value + (value > 0 ? bit : -bit);
}

/** After the last scan: all coefficients of a component to samples. */
export function finishProgressive({
  coefficients,
  quantization,
  samples,
  stride,
  storedAcross,
  storedDown,
}: Component): void {
  if (!coefficients || !quantization) return;
  const block = new Int32Array(64);
  for (let row = 0, at = 0; row < storedDown; row++) {
    for (let column = 0; column < storedAcross; column++, at += 64) {
      for (let i = 0; i < 64; i++) {
        block[i] = Math.imul(coefficients[at + i] as number, quantization[i] as number);
      }
      inverseDct(block, samples, row * 8 * stride + column * 8, stride);
    }
  }
}
