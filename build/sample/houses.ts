import { add, between, turned, point, type Point, type Quad, type Rectangle, type Ring } from './geometry';
import type { Plot } from './plot';
import type { Random } from './random';
import type { RoofShape } from './scene';

/** The land of one house. */
export interface Parcel {
  /** Corners: front left, front right, back right, back left, as seen from the street. */
  readonly quad: Quad;
  readonly along: Point;
  /** Away from the street. */
  readonly inwards: Point;
  readonly width: number;
  readonly depth: number;
}

/** What the houses of a street have in common. */
export interface Style {
  readonly roofs: readonly (readonly [number, number, number])[];
  readonly shape: RoofShape;
  /** m along the street */
  readonly parcel: number;
}

/** Clay red, brown, slate, light grey: a street tends to one of them. */
export const ROOF_FAMILIES: readonly (readonly (readonly [number, number, number])[])[] = [
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

/** The house, its longer side along the street or across it, sometimes with a second wing. */
export function raiseHouse(plot: Plot, parcel: Parcel, style: Style): Rectangle | null {
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
