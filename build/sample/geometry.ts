/** A place on the ground: metres east and south of the scene's origin. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A closed ring without its first point repeated. */
export type Ring = readonly Point[];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const point = (x: number, y: number): Point => ({ x, y });
export const add = (a: Point, b: Point, scale = 1): Point => ({ x: a.x + b.x * scale, y: a.y + b.y * scale });
export const between = (a: Point, b: Point, t: number): Point => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
});
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The unit vector from a to b; east where they are one. */
export function direction(a: Point, b: Point): Point {
  const length = distance(a, b);
  return length === 0 ? point(1, 0) : point((b.x - a.x) / length, (b.y - a.y) / length);
}

/** A vector turned by a quarter, clockwise as the scene is seen (y grows southwards). */
export const turned = (v: Point): Point => point(-v.y, v.x);

export function boxOf(ring: Ring, margin = 0): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of ring) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

export const boxesMeet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

export const boxHolds = (outer: Box, inner: Box): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.right >= inner.right &&
  outer.bottom >= inner.bottom;

/** A rectangle turned on the ground. */
export interface Rectangle {
  readonly centre: Point;
  /** Unit vector along the length. */
  readonly along: Point;
  /** m, half of each */
  readonly halfLength: number;
  readonly halfWidth: number;
}

/** The corners, clockwise as seen from above. */
export function corners({ centre, along, halfLength, halfWidth }: Rectangle): Ring {
  const across = turned(along);
  const corner = (u: number, v: number): Point =>
    add(add(centre, along, u * halfLength), across, v * halfWidth);
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

/** m from a point to a rectangle, 0 inside. */
export function distanceToRectangle(p: Point, { centre, along, halfLength, halfWidth }: Rectangle): number {
  const dx = p.x - centre.x;
  const dy = p.y - centre.y;
  const u = Math.max(0, Math.abs(dx * along.x + dy * along.y) - halfLength);
  const v = Math.max(0, Math.abs(-dx * along.y + dy * along.x) - halfWidth);
  return Math.hypot(u, v);
}

export function rectanglesMeet(a: Rectangle, b: Rectangle, gap: number): boolean {
  return [a, b].every((one) => {
    const other = one === a ? b : a;
    const axes = [one.along, turned(one.along)];
    const halves = [one.halfLength, one.halfWidth];
    return axes.every((axis, index) => {
      const apart = Math.abs(
        (other.centre.x - one.centre.x) * axis.x + (other.centre.y - one.centre.y) * axis.y,
      );
      const reach =
        other.halfLength * Math.abs(other.along.x * axis.x + other.along.y * axis.y) +
        other.halfWidth * Math.abs(-other.along.y * axis.x + other.along.x * axis.y);
      return apart < halves[index]! + reach + gap;
    });
  });
}

/** All points within `radius` of a line: a band with round ends, its arcs of 8 corners each. */
export function capsule(a: Point, b: Point, radius: number): Ring {
  const along = direction(a, b);
  const across = turned(along);
  const ring: Point[] = [];
  for (let step = 0; step <= 8; step++) {
    const angle = (Math.PI * step) / 8 - Math.PI / 2;
    ring.push(add(add(b, along, Math.cos(angle) * radius), across, Math.sin(angle) * radius));
  }
  for (let step = 0; step <= 8; step++) {
    const angle = (Math.PI * step) / 8 + Math.PI / 2;
    ring.push(add(add(a, along, Math.cos(angle) * radius), across, Math.sin(angle) * radius));
  }
  return ring;
}

export function circle(centre: Point, radius: number, sides: number): Ring {
  return Array.from({ length: sides }, (_, side) => {
    const angle = (2 * Math.PI * side) / sides;
    return point(centre.x + radius * Math.cos(angle), centre.y + radius * Math.sin(angle));
  });
}

/** Four corners: top left, top right, bottom right, bottom left of a lattice cell. */
export type Quad = readonly [Point, Point, Point, Point];

/** The quad with each side (top, right, bottom, left) moved inwards by so many metres. */
export function insetQuad(quad: Quad, by: readonly [number, number, number, number]): Quad {
  const lines = quad.map((from, side) => {
    const to = quad[(side + 1) % 4] as Point;
    const along = direction(from, to);
    return { from: add(from, turned(along), by[side]), along };
  });
  const meet = (side: number): Point => {
    const before = lines[(side + 3) % 4]!;
    const after = lines[side]!;
    const cross = before.along.x * after.along.y - before.along.y * after.along.x;
    const gap = point(after.from.x - before.from.x, after.from.y - before.from.y);
    return add(before.from, before.along, (gap.x * after.along.y - gap.y * after.along.x) / cross);
  };
  return [meet(0), meet(1), meet(2), meet(3)];
}

/** The point of a quad at (u, v), both from 0 to 1 from its first corner. */
export function within([a, b, c, d]: Quad, u: number, v: number): Point {
  return between(between(a, b, u), between(d, c, u), v);
}

/** m from a point inside a convex ring to its nearest side; negative outside. */
export function depthWithin(ring: Ring, p: Point): number {
  let depth = Infinity;
  ring.forEach((from, index) => {
    const to = ring[(index + 1) % ring.length] as Point;
    const along = direction(from, to);
    depth = Math.min(depth, -(p.x - from.x) * along.y + (p.y - from.y) * along.x);
  });
  return depth;
}

/** m² of a ring, whichever way it turns. */
export function area(ring: Ring): number {
  let sum = 0;
  ring.forEach((a, index) => {
    const b = ring[(index + 1) % ring.length] as Point;
    sum += a.x * b.y - b.x * a.y;
  });
  return Math.abs(sum) / 2;
}
