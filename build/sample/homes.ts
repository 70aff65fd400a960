import {
  add,
  between,
  corners,
  direction,
  distance,
  turned,
  within,
  type Point,
  type Quad,
  type Rectangle,
} from './geometry';
import { FLAT_ROOFS, raiseHouse, ROOF_FAMILIES, varied, type Parcel, type Style } from './houses';
import type { Plot } from './plot';
import type { RoofShape } from './scene';

/** Streets of houses with gardens: two rows of parcels, back to back, each row facing its street. */
export function fillHomes(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'lawn');
  const style: Style = {
    roofs: random.pick(ROOF_FAMILIES),
    shape: random.pick<RoofShape>(['gable', 'gable', 'gable', 'hip', 'flat']),
    parcel: random.between(17, 25),
  };
  for (const side of [0, 1]) {
    const count = Math.max(
      1,
      Math.round(distance(quad[side === 0 ? 0 : 3], quad[side === 0 ? 1 : 2]) / style.parcel),
    );
    let from = 0;
    for (let index = 0; index < count; index++) {
      const to = index === count - 1 ? 1 : (index + 1 + random.between(-0.12, 0.12)) / count;
      fillParcel(plot, parcelOf(quad, side === 0, from, to), style);
      from = to;
    }
  }
  pairedHedge(plot);
}

function parcelOf(quad: Quad, isTop: boolean, from: number, to: number): Parcel {
  const ends: readonly [number, number] = isTop ? [0, 0.5] : [1, 0.5];
  const [left, right] = isTop ? [from, to] : [to, from];
  const own: Quad = [
    within(quad, left, ends[0]),
    within(quad, right, ends[0]),
    within(quad, right, ends[1]),
    within(quad, left, ends[1]),
  ];
  const along = direction(own[0], own[1]);
  const middle = between(own[0], own[1], 0.5);
  const back = between(own[3], own[2], 0.5);
  return {
    quad: own,
    along,
    inwards: turned(along),
    width: distance(own[0], own[1]),
    depth: distance(middle, back),
  };
}

function fillParcel(plot: Plot, parcel: Parcel, style: Style): void {
  const { random } = plot;
  plot.pave(parcel.quad, 'lawn');
  if (random.chance(0.06)) {
    scatterTrees(plot, parcel, 7);
    return;
  }
  const house = raiseHouse(plot, parcel, style);
  if (house) layDrive(plot, parcel, house);
  if (house && random.chance(0.6)) layTerrace(plot, house, parcel.inwards);
  if (random.chance(0.14)) layPool(plot, parcel);
  if (random.chance(0.4)) raiseShed(plot, parcel);
  scatterTrees(plot, parcel, random.whole(1, 5));
  if (random.chance(0.55)) hedge(plot, parcel.quad[1], parcel.quad[2]);
}

/** A drive from the street along the house, with a garage at its end or a car on it. */
function layDrive(plot: Plot, parcel: Parcel, house: Rectangle): void {
  const { random } = plot;
  const offset =
    (house.centre.x - parcel.quad[0].x) * parcel.along.x +
    (house.centre.y - parcel.quad[0].y) * parcel.along.y;
  const isRight = offset < parcel.width / 2;
  const u = isRight ? parcel.width - 2.4 : 2.4;
  const start = add(parcel.quad[0], parcel.along, u);
  const length = random.between(9, 15);
  const drive: Rectangle = {
    centre: add(start, parcel.inwards, length / 2 - 1.5),
    along: parcel.inwards,
    halfLength: length / 2 + 1.5,
    halfWidth: 1.6,
  };
  const garage: Rectangle = {
    centre: add(start, parcel.inwards, length + 2.6),
    along: parcel.inwards,
    halfLength: 3,
    halfWidth: 1.6,
  };
  plot.pave(corners(drive), random.pick(['paving', 'paving', 'gravel', 'asphalt'] as const));
  if (random.chance(0.5)) {
    const colour = random.pick(FLAT_ROOFS);
    plot.build({ kind: 'garage', wings: [garage], roof: 'flat', colour, height: 2.6 }, 0.4);
  }
  plot.keepFree({ ...drive, halfWidth: 1.2 });
  if (random.chance(0.55)) {
    const car = {
      centre: add(start, parcel.inwards, random.between(2.5, length - 3)),
      along: parcel.inwards,
    };
    plot.park({ ...car, halfLength: 2.15, halfWidth: 0.88 });
  }
}

function layTerrace(plot: Plot, house: Rectangle, inwards: Point): void {
  const isAlong = Math.abs(house.along.x * inwards.x + house.along.y * inwards.y) < 0.5;
  const reach = isAlong ? house.halfWidth : house.halfLength;
  const centre = add(house.centre, inwards, reach + 1.2);
  const along = isAlong ? house.along : turned(house.along);
  plot.pave(corners({ centre, along, halfLength: plot.random.between(2.2, 4), halfWidth: 1.8 }), 'paving');
}

function layPool(plot: Plot, parcel: Parcel): void {
  const { random } = plot;
  const centre = within(parcel.quad, random.between(0.3, 0.7), random.between(0.75, 0.85));
  const pool: Rectangle = {
    centre,
    along: parcel.along,
    halfLength: random.between(2.6, 4.2),
    halfWidth: random.between(1.5, 2.2),
  };
  const edge = { ...pool, halfLength: pool.halfLength + 0.9, halfWidth: pool.halfWidth + 0.9 };
  if (!plot.isFree(edge, 0.6)) return;
  plot.pave(corners(edge), 'paving');
  plot.pave(corners(pool), 'pool');
  plot.keepFree(edge);
}

function raiseShed(plot: Plot, parcel: Parcel): void {
  const { random } = plot;
  const centre = within(parcel.quad, random.chance(0.5) ? 0.16 : 0.84, random.between(0.84, 0.92));
  const shed: Rectangle = {
    centre,
    along: parcel.along,
    halfLength: random.between(1.3, 2.1),
    halfWidth: random.between(1.1, 1.6),
  };
  const colour = varied(
    random,
    random.pick([[126, 106, 88] as const, [112, 112, 112] as const, [142, 130, 118] as const]),
  );
  plot.build(
    { kind: 'shed', wings: [shed], roof: random.pick(['gable', 'flat'] as const), colour, height: 2.3 },
    0.5,
  );
}

function scatterTrees(plot: Plot, parcel: Parcel, count: number): void {
  const { random } = plot;
  for (let index = 0; index < count; index++) {
    const place = within(parcel.quad, random.between(0.06, 0.94), random.between(0.05, 0.97));
    plot.plant(place, random.between(1.3, 3.9), random.whole(0, 4));
  }
}

/** A line of shrubs between two parcels. */
function hedge(plot: Plot, from: Point, to: Point): void {
  const length = distance(from, to);
  const start = plot.random.between(0, 0.4) * length;
  for (let at = start; at < length; at += 1.25) {
    plot.plant(between(from, to, at / length), plot.random.between(0.75, 0.95), 5, 1.9);
  }
}

/** Shrubs here and there where the gardens meet. */
function pairedHedge(plot: Plot): void {
  const from = within(plot.quad, 0, 0.5);
  const to = within(plot.quad, 1, 0.5);
  const length = distance(from, to);
  for (let at = 0; at < length; at += plot.random.between(1.2, 5)) {
    plot.plant(between(from, to, at / length), plot.random.between(0.7, 1.5), 5, 2.2);
  }
}
