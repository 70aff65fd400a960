import {
  add,
  between,
  corners,
  direction,
  distance,
  point,
  turned,
  within,
  type Point,
  type Quad,
  type Rectangle,
  type Ring,
} from './geometry';
import type { Plot } from './plot';
import type { Random } from './random';
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

interface Style {
  readonly roofs: readonly (readonly [number, number, number])[];
  readonly shape: RoofShape;
  /** m along the street */
  readonly parcel: number;
}

/** Clay red, brown, slate, light grey: a street tends to one of them. */
const ROOF_FAMILIES: readonly (readonly (readonly [number, number, number])[])[] = [
  [
    [152, 92, 72],
    [142, 84, 66],
    [160, 104, 84],
    [130, 80, 66],
    [114, 74, 64],
  ],
  [
    [116, 88, 74],
    [128, 98, 82],
    [100, 78, 68],
    [150, 88, 66],
    [88, 84, 82],
  ],
  [
    [96, 98, 102],
    [112, 114, 116],
    [80, 82, 86],
    [132, 132, 130],
    [152, 86, 66],
  ],
];

interface Parcel {
  /** Corners: front left, front right, back right, back left, as seen from the street. */
  readonly quad: Quad;
  readonly along: Point;
  /** Away from the street. */
  readonly inwards: Point;
  readonly width: number;
  readonly depth: number;
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

/** The house, its longer side along the street or across it, sometimes with a second wing. */
function raiseHouse(plot: Plot, parcel: Parcel, style: Style): Rectangle | null {
  const { random } = plot;
  const setback = random.between(3.5, 7);
  const isAlong = random.chance(0.72);
  const length = Math.min(random.between(9.5, 15), isAlong ? parcel.width - 5 : parcel.depth - setback - 6);
  const width = Math.min(
    random.between(7.5, 10.5),
    length,
    isAlong ? parcel.depth - setback - 6 : parcel.width - 5,
  );
  if (length < 6 || width < 5) return null;
  const front = between(parcel.quad[0], parcel.quad[1], 0.5);
  const deep = setback + (isAlong ? width : length) / 2;
  const aside = (parcel.width - (isAlong ? length : width)) / 2 - 2.2;
  const centre = add(
    add(front, parcel.inwards, deep),
    parcel.along,
    random.between(-1, 1) * Math.max(0, aside),
  );
  const main: Rectangle = {
    centre,
    along: isAlong ? parcel.along : parcel.inwards,
    halfLength: length / 2,
    halfWidth: width / 2,
  };
  const roof = random.chance(0.75) ? style.shape : random.pick<RoofShape>(['gable', 'hip', 'flat']);
  const colour = roof === 'flat' ? random.pick(FLAT_ROOFS) : varied(random, random.pick(style.roofs));
  const height = roof === 'flat' ? random.between(5, 8) : random.between(4, 6.5);
  const common = { kind: 'house', roof, colour, height } as const;
  if (random.chance(0.38)) {
    const winged = withWing(main, parcel.inwards, random);
    if (plot.build({ ...common, ...winged, fittings: fittings(main, roof, random) })) return main;
  }
  return plot.build({ ...common, wings: [main], fittings: fittings(main, roof, random) }) ? main : null;
}

/** An L: a second wing at one end of the first, reaching backwards. The outline is that of both together. */
function withWing(
  main: Rectangle,
  inwards: Point,
  random: Random,
): { wings: readonly Rectangle[]; outline: Ring } {
  const across = turned(main.along);
  const back = across.x * inwards.x + across.y * inwards.y >= 0 ? 1 : -1;
  const halfWing = Math.min(main.halfLength * random.between(0.4, 0.55), main.halfWidth);
  const reach = random.between(3.5, 5.5);
  const end = random.chance(0.5) ? 1 : -1;
  const at = (u: number, v: number): Point => add(add(main.centre, main.along, u), across, v * back);
  const { halfLength: a, halfWidth: b } = main;
  const inner = end * (a - 2 * halfWing);
  // The wing's rectangle begins at the main ridge, so that the two roofs meet in valleys.
  const wing: Rectangle = {
    centre: at(end * (a - halfWing), (b + reach) / 2),
    along: back === 1 ? across : point(-across.x, -across.y),
    halfLength: (b + reach) / 2,
    halfWidth: halfWing,
  };
  const outline = [
    at(-end * a, -b),
    at(end * a, -b),
    at(end * a, b + reach),
    at(inner, b + reach),
    at(inner, b),
    at(-end * a, b),
  ];
  return { wings: [main, wing], outline };
}

export const FLAT_ROOFS: readonly (readonly [number, number, number])[] = [
  [150, 148, 143],
  [128, 127, 124],
  [172, 169, 162],
  [104, 103, 102],
  [190, 187, 180],
];

const CHIMNEY = [146, 120, 108] as const;
const PANEL = [44, 52, 74] as const;
const SKYLIGHT = [176, 190, 200] as const;

function fittings(main: Rectangle, roof: RoofShape, random: Random) {
  const across = turned(main.along);
  const at = (u: number, v: number): Point => add(add(main.centre, main.along, u), across, v);
  const small = (
    centre: Point,
    halfLength: number,
    halfWidth: number,
    colour: readonly [number, number, number],
  ) => ({
    centre,
    along: main.along,
    halfLength,
    halfWidth,
    colour,
  });
  if (roof === 'flat') {
    return Array.from({ length: random.whole(0, 3) }, () => {
      const place = at(
        random.between(-0.6, 0.6) * main.halfLength,
        random.between(-0.6, 0.6) * main.halfWidth,
      );
      return small(place, random.between(0.5, 1), 0.6, random.chance(0.5) ? SKYLIGHT : [92, 92, 94]);
    });
  }
  const found = [];
  if (random.chance(0.7)) {
    found.push(
      small(at(random.between(-0.5, 0.5) * main.halfLength, random.between(-0.5, 0.5)), 0.45, 0.45, CHIMNEY),
    );
  }
  if (random.chance(0.24)) {
    const side = across.y > 0 ? 1 : -1; // the side that faces south
    found.push(
      small(at(0, side * main.halfWidth * 0.5), main.halfLength * 0.6, main.halfWidth * 0.32, PANEL),
    );
  } else if (random.chance(0.4)) {
    const side = random.chance(0.5) ? 1 : -1;
    for (const u of [-0.3, 0.3])
      found.push(small(at(u * main.halfLength, side * main.halfWidth * 0.5), 0.45, 0.6, SKYLIGHT));
  }
  return found;
}

export function varied(
  random: Random,
  [r, g, b]: readonly [number, number, number],
): [number, number, number] {
  const by = random.between(0.88, 1.1);
  return [r * by, g * by * random.between(0.985, 1.015), b * by * random.between(0.975, 1.02)];
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
