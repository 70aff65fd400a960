import type { ResultFeature } from '../../../main/engine/vectorize';
import { Plane, type Position } from '../../../main/engine/blocks/plane';

/** Some place; metres in these tests are east and north of it. */
export const origin: Position = [32.58, 0.31];
const plane = new Plane(origin);

export type Ring = [number, number][];

/** A rectangle whose lower left corner is at (x, y), in m. */
export function rectangle(x: number, y: number, width: number, height: number): Ring {
  return place([
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ]);
}

export function place(metres: readonly [number, number][]): Ring {
  return metres.map((point) => plane.from(point));
}

/** m² of a ring of degrees. */
export function ringArea(ring: readonly Position[]): number {
  let twice = 0;
  ring.forEach((position, i) => {
    const [x, y] = plane.to(position);
    const [nextX, nextY] = plane.to(ring[(i + 1) % ring.length]!);
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice / 2);
}

export function house(ring: Ring, confidence = 0.8): ResultFeature {
  return {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [ring] },
    properties: {
      id: 0,
      object_type: 'building',
      class_id: 'building',
      area: ringArea(ring),
      confidence,
    },
  };
}
