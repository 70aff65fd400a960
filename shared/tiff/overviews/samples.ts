import type { SampleType } from '../types';

/** What averages are computed in: the sample's own type, doubles for 64-bit integers. */
export type Working =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export function createWorking(type: SampleType, length: number): Working {
  switch (type) {
    case 'uint8':
      return new Uint8Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'uint16':
      return new Uint16Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'uint32':
      return new Uint32Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'float16':
    case 'float32':
      return new Float32Array(length);
    default:
      return new Float64Array(length);
  }
}

/** Memory for samples that is used again and again: fresh memory is slow to get. What is taken is cleared. */
export class WorkingMemory {
  readonly #all: { readonly samples: Working; taken: boolean }[] = [];

  take(type: SampleType, length: number): Working {
    const known = this.#all.find((one) => !one.taken && one.samples.length === length);
    if (known) {
      known.taken = true;
      return known.samples.fill(0);
    }
    const samples = createWorking(type, length);
    this.#all.push({ samples, taken: true });
    return samples;
  }

  /** All that was taken may be taken again; what was not taken since the last time is forgotten. */
  release(): void {
    const used = this.#all.filter(({ taken }) => taken);
    for (const one of used) one.taken = false;
    this.#all.splice(0, Infinity, ...used);
  }
}

export const isFloating = (type: SampleType): boolean => type.startsWith('float');

/** The value as samples of the type hold it; null where none can. */
export function asWorking(value: number, type: SampleType): number | null {
  if (type === 'float32' || type === 'float16') return Math.fround(value);
  if (type === 'float64') return value;
  if (!Number.isInteger(value)) return null;
  const holder = createWorking(type, 1);
  holder[0] = value;
  return holder[0] === value ? value : null;
}

/**
 * What an average that happens to equal nodata becomes, so that it stays valid: the next value up, or down where there is
 * none. GDAL does the same.
 */
export function besideNodata(nodata: number, type: SampleType): number {
  if (type === 'float32' || type === 'float16') return nextFloat(nodata);
  if (type === 'float64') return nextDouble(nodata);
  const up = asWorking(nodata + 1, type);
  return up === null ? nodata - 1 : up;
}

function nextFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  const holder = new Float32Array([value]);
  const bits = new Int32Array(holder.buffer);
  if (value === 0) bits[0] = 1;
  else bits[0]! += value > 0 ? 1 : -1;
  return Number.isFinite(holder[0]!) ? holder[0]! : previous(holder, bits, value);
}

function previous(holder: Float32Array, bits: Int32Array, value: number): number {
  holder[0] = value;
  bits[0]! -= 1;
  return holder[0];
}

function nextDouble(value: number): number {
  if (!Number.isFinite(value)) return value;
  const holder = new Float64Array([value]);
  const bits = new BigInt64Array(holder.buffer);
  if (value === 0) bits[0] = 1n;
  else bits[0]! += value > 0 && value < Number.MAX_VALUE ? 1n : -1n;
  return holder[0]!;
}
