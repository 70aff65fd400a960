import { AppError } from '../../../errors';
import type { BlockJob } from '../../types';
import { corruptBlock } from '../errors';
import { channelsOf } from '../rawSamples';
import { findFrame, type Frame } from './frame';
import { MARKER, isFrameHeader, nextSegment } from './markers';

/** A JPEG block as a stream that any decoder understands, and what it should do with the colours. */
export interface PreparedJpeg {
  /**
   * A complete stream: shared tables in place, no application data but an Adobe marker that states the colours, the
   * frame's height cut to the block's.
   */
  readonly stream: Uint8Array;
  readonly frame: Frame;
  readonly colours: JpegColours;
}

/** 'ycbcr' is to be converted to RGB; in 'raw' the components are the samples. */
export type JpegColours = 'ycbcr' | 'raw';

/** A progressive frame, which must be decoded whole, may be this much larger than its block: some writers do not cut strips. */
const SURPLUS_PIXELS = 4 * 1024 * 1024;

/** Room for so many bytes, with whatever was there before. */
export type Memory = (length: number) => Uint8Array;

/**
 * Makes a block's stream decodable (TIFF technical note 2): splices the shared tables of tag 347 in, and states by an
 * Adobe marker whether the components are YCbCr, which the TIFF tag decides and a decoder alone would guess.
 * `memory` gives the room for it, where that is to be used again.
 * Throws `tiff.jpeg_12_bit`, `tiff.unsupported_jpeg`, `tiff.corrupt_block`.
 */
export function prepareJpeg(
  bytes: Uint8Array,
  job: BlockJob,
  memory: Memory = (length) => new Uint8Array(length),
): PreparedJpeg {
  const frame = findFrame(bytes);
  if (!frame) throw corruptBlock(job.coding, 'no JPEG frame');
  checkKind(frame);
  checkFit(frame, job);
  const colours = job.coding.photometric === 'ycbcr' && frame.components.length === 3 ? 'ycbcr' : 'raw';
  const height = storedHeight(frame, job);
  const stream = assemble(bytes, job.coding.jpegTables, adobeMarker(colours), height, memory);
  return { stream, frame: { ...frame, height }, colours };
}

function checkKind(frame: Frame): void {
  if (frame.precision === 12) throw new AppError('tiff.jpeg_12_bit');
  const { SOF0, SOF1, SOF2 } = MARKER;
  const known = frame.marker === SOF0 || frame.marker === SOF1 || frame.marker === SOF2;
  if (!known || frame.precision !== 8) {
    throw new AppError('tiff.unsupported_jpeg', { process: frame.marker - SOF0, bits: frame.precision });
  }
}

function checkFit(frame: Frame, job: BlockJob): void {
  const channels = channelsOf(job);
  if (frame.components.length !== channels) {
    throw corruptBlock(job.coding, `${frame.components.length} components instead of ${channels}`);
  }
  const decoded = frame.width * storedHeight(frame, job);
  const surplus = decoded - job.width * job.height;
  if (frame.width === 0 || frame.width > job.width || surplus > SURPLUS_PIXELS) {
    throw corruptBlock(job.coding, `frame of ${frame.width} x ${frame.height} px`);
  }
}

/** Rows to decode. A sequential stream can simply be left before its end; a progressive one must be read whole. */
function storedHeight(frame: Frame, job: BlockJob): number {
  if (frame.height === 0) return job.height;
  return frame.marker === MARKER.SOF2 ? frame.height : Math.min(frame.height, job.height);
}

function adobeMarker(colours: JpegColours): Uint8Array {
  const transform = colours === 'ycbcr' ? 1 : 0;
  return Uint8Array.of(0xff, MARKER.APP14, 0, 14, 65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, transform);
}

function assemble(
  bytes: Uint8Array,
  tables: Uint8Array | null,
  adobe: Uint8Array,
  height: number,
  memory: Memory,
): Uint8Array {
  const out = memory(2 + adobe.length + (tables?.length ?? 0) + bytes.length);
  out[0] = 0xff;
  out[1] = MARKER.SOI;
  out.set(adobe, 2);
  let to = 2 + adobe.length;
  if (tables) to = copySegments(tables, out, to, height);
  to = copySegments(bytes, out, to, height);
  return out.subarray(0, to);
}

/** Copies all segments but application data and comments; from the first scan on, everything. */
function copySegments(from: Uint8Array, out: Uint8Array, at: number, height: number): number {
  let to = at;
  for (let segment = nextSegment(from, 0); segment; segment = nextSegment(from, segment.end)) {
    const { marker, start, data, end } = segment;
    if (marker === MARKER.SOS) {
      out.set(from.subarray(start), to);
      return to + from.length - start;
    }
    if (marker === MARKER.SOI || marker === MARKER.EOI || isApplicationData(marker)) continue;
    out.set(from.subarray(start, end), to);
    if (isFrameHeader(marker)) {
      out[to + data - start + 1] = height >> 8;
      out[to + data - start + 2] = height & 255;
    }
    to += end - start;
  }
  return to;
}

function isApplicationData(marker: number): boolean {
  return (marker >= MARKER.APP0 && marker <= MARKER.APP15) || marker === MARKER.COM;
}
