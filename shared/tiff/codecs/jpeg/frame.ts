import { isFrameHeader, nextSegment, type Segment } from './markers';

/** A frame header (ITU T.81 B.2.2). */
export interface Frame {
  readonly marker: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** px */
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
  /** Where the header lies in the stream. */
  readonly segment: Segment;
}

export interface FrameComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  /** Which quantization table it uses. */
  readonly table: number;
}

/** The frame header of a stream; null where there is none or it is damaged. */
export function findFrame(bytes: Uint8Array): Frame | null {
  let segment = nextSegment(bytes, 0);
  while (segment && !isFrameHeader(segment.marker)) segment = nextSegment(bytes, segment.end);
  return segment ? readFrame(bytes, segment) : null;
}

export function readFrame(bytes: Uint8Array, segment: Segment): Frame | null {
  const { data, end, marker } = segment;
  const count = bytes[data + 5] ?? 0;
  if (count === 0 || data + 6 + count * 3 > end) return null;
  const components: FrameComponent[] = [];
  for (let at = data + 6; at < data + 6 + count * 3; at += 3) {
    const factors = bytes[at + 1] as number;
    const component = {
      id: bytes[at] as number,
      across: factors >> 4,
      down: factors & 15,
      table: bytes[at + 2] as number,
    };
    if (component.across < 1 || component.across > 4 || component.down < 1 || component.down > 4) return null;
    if (component.table > 3) return null;
    components.push(component);
  }
  return {
    marker,
    precision: bytes[data] as number,
    height: ((bytes[data + 1] as number) << 8) | (bytes[data + 2] as number),
    width: ((bytes[data + 3] as number) << 8) | (bytes[data + 4] as number),
    components,
    segment,
  };
}
