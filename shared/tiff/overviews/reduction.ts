import type { SampleType } from '../types';
import { asWorking, besideNodata, isFloating, type Working } from './samples';

/** What makes a sample count. */
export type Validity =
  | { readonly kind: 'all' }
  /** Each sample by itself. */
  | { readonly kind: 'nodata'; readonly value: number }
  /** All samples of a pixel by its alpha. */
  | { readonly kind: 'alpha'; readonly channel: number }
  /** All samples of a pixel by a mask beside them. */
  | { readonly kind: 'mask' };

/** How the samples of a raster are reduced to half their size. */
export interface Reduction {
  readonly sampleType: SampleType;
  readonly channels: number;
  /** 'mode' for palettes, whose numbers have no mean: the value that is there most often. */
  readonly method: 'average' | 'mode';
  readonly validity: Validity;
  /** Where no sample counts. */
  readonly fill: number;
}

/** Pixels in rows, samples interleaved. */
export interface Plane {
  readonly data: Working;
  /** Of the first pixel, counted in pixels. */
  readonly at: number;
  /** Pixels from one row to the next. */
  readonly stride: number;
}

/** A reduction ready to be computed. */
export class Rule {
  readonly channels: number;
  readonly mode: boolean;
  readonly kind: Validity['kind'];
  /** NaN where nodata is NaN or nothing equals it. */
  readonly nodata: number;
  readonly nodataIsNaN: boolean;
  readonly beside: number;
  readonly alpha: number;
  readonly fill: number;
  readonly whole: boolean;

  constructor({ sampleType, channels, method, validity, fill }: Reduction) {
    this.channels = channels;
    this.mode = method === 'mode';
    const value = validity.kind === 'nodata' ? asWorking(validity.value, sampleType) : null;
    this.kind = validity.kind === 'nodata' && value === null ? 'all' : validity.kind;
    this.nodata = value ?? NaN;
    this.nodataIsNaN = value !== null && Number.isNaN(value);
    this.beside = value === null ? NaN : besideNodata(value, sampleType);
    this.alpha = validity.kind === 'alpha' ? validity.channel : 0;
    this.fill = asWorking(fill, sampleType) ?? 0;
    this.whole = !isFloating(sampleType);
  }

  /** A mean as a sample: rounded half away from zero where samples are whole, never nodata by chance. */
  sample(mean: number): number {
    const value = this.whole ? (mean < 0 ? Math.ceil(mean - 0.5) : Math.floor(mean + 0.5)) : mean;
    return value === this.nodata ? this.beside : value;
  }
}

/** NaN is never equal to anything, so that a rule without nodata has none. */
export const isNodata = (value: number, rule: Rule): boolean =>
  value === rule.nodata || (rule.nodataIsNaN && value !== value);
