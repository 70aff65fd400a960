import {
  add,
  corners,
  direction,
  distance,
  point,
  turned,
  within,
  type Point,
  type Rectangle,
} from './geometry';
import { FLAT_ROOFS, varied } from './houses';
import type { Plot } from './plot';

/** Blocks of flats around greens and car parks. */
export function fillTown(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'lawn');
  const along = direction(quad[0], quad[1]);
  const colours = random.chance(0.5) ? FLAT_ROOFS : CLAY;
  for (const v of [0.19, 0.81]) {
    let u = random.between(0.02, 0.08);
    while (u < 0.86) {
      const span = random.between(0.18, 0.34);
      const centre = within(quad, Math.min(u + span / 2, 0.9), v);
      const halfLength = (distance(quad[0], quad[1]) * span) / 2 - 2.5;
      const slab: Rectangle = { centre, along, halfLength, halfWidth: random.between(5.5, 7.5) };
      const isFlat = colours === FLAT_ROOFS || random.chance(0.3);
      const built = plot.build(
        {
          kind: 'apartments',
          wings: [slab],
          roof: isFlat ? 'flat' : 'hip',
          colour: isFlat ? random.pick(FLAT_ROOFS) : varied(random, random.pick(CLAY)),
          height: random.between(9, 17),
          fittings: isFlat ? machines(slab, plot) : [],
        },
        2,
      );
      if (built && random.chance(0.5))
        plot.pave(corners({ ...slab, halfLength: halfLength + 2, halfWidth: slab.halfWidth + 2 }), 'paving');
      u += span;
    }
  }
  carPark(plot, within(quad, random.between(0.3, 0.7), 0.5), along, random.whole(8, 16));
  for (let index = 0; index < 46; index++) {
    plot.plant(
      within(quad, random.between(0.02, 0.98), random.between(0.05, 0.95)),
      random.between(1.8, 4.4),
      random.whole(0, 4),
    );
  }
}

const CLAY: readonly (readonly [number, number, number])[] = [
  [154, 86, 66],
  [138, 82, 66],
  [120, 86, 74],
  [98, 92, 90],
];

/** Halls, yards and lorries. */
export function fillWorks(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, random.chance(0.6) ? 'yard' : 'gravel');
  const along = direction(quad[0], quad[1]);
  const depth = distance(quad[0], quad[3]);
  let u = random.between(0.04, 0.1);
  while (u < 0.8) {
    const span = random.between(0.22, 0.5);
    const hall: Rectangle = {
      centre: within(quad, u + span / 2, random.between(0.42, 0.6)),
      along,
      halfLength: (distance(quad[0], quad[1]) * span) / 2 - 5,
      halfWidth: depth * random.between(0.22, 0.34),
    };
    const roof = random.pick(['flat', 'flat', 'gable', 'sawtooth'] as const);
    plot.build(
      {
        kind: 'hall',
        wings: [hall],
        roof,
        colour: varied(random, random.pick(HALLS)),
        height: random.between(7, 11),
        fittings: machines(hall, plot),
      },
      3,
    );
    u += span;
  }
  for (const v of [0.06, 0.94])
    carPark(plot, within(quad, random.between(0.3, 0.7), v), along, random.whole(6, 14), false);
  for (let index = 0; index < 6; index++) {
    const lorry: Rectangle = {
      centre: within(quad, random.next(), random.next()),
      along: turned(along),
      halfLength: 6,
      halfWidth: 1.25,
    };
    if (plot.isFree(lorry, 1)) plot.park(lorry);
  }
  for (let index = 0; index < 14; index++) {
    plot.plant(
      within(quad, random.next(), random.pick([0.05, 0.95])),
      random.between(1.6, 3.2),
      random.whole(0, 4),
    );
  }
}

const HALLS: readonly (readonly [number, number, number])[] = [
  [186, 188, 188],
  [160, 164, 168],
  [204, 202, 196],
  [130, 140, 150],
  [150, 120, 108],
];

/** Boxes and skylights on a large flat roof. */
function machines(roof: Rectangle, plot: Plot) {
  const { random } = plot;
  const across = turned(roof.along);
  return Array.from({ length: random.whole(2, 9) }, () => {
    const u = random.between(-0.85, 0.85) * roof.halfLength;
    const v = random.between(-0.7, 0.7) * roof.halfWidth;
    return {
      centre: add(add(roof.centre, roof.along, u), across, v),
      along: roof.along,
      halfLength: random.between(0.6, 1.8),
      halfWidth: random.between(0.5, 0.9),
      colour: random.pick([[205, 206, 208] as const, [96, 98, 100] as const, [150, 170, 182] as const]),
    };
  });
}

/** Two rows of cars facing each other. */
function carPark(plot: Plot, centre: Point, along: Point, places: number, paved = true): void {
  const { random } = plot;
  const across = turned(along);
  const ground: Rectangle = { centre, along, halfLength: places * 1.3 + 1, halfWidth: paved ? 8 : 3 };
  if (paved) {
    if (!plot.isFree(ground, 1)) return;
    plot.pave(corners(ground), 'asphalt');
    plot.keepFree(ground);
  }
  for (const side of paved ? [-1, 1] : [0]) {
    for (let place = 0; place < places; place++) {
      if (random.chance(0.35)) continue;
      const spot = add(add(centre, along, (place - places / 2 + 0.5) * 2.6), across, side * 5.2);
      const car = { centre: spot, along: across, halfLength: 2.2, halfWidth: 0.9 };
      if (paved || plot.isFree(car, 0.5)) plot.park(car);
    }
  }
}

/** Lawns, paths, trees in groups. */
export function fillPark(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'grass');
  const middle = within(quad, random.between(0.35, 0.65), random.between(0.35, 0.65));
  for (const corner of quad) {
    const along = direction(middle, corner);
    const length = distance(middle, corner) - 4;
    plot.pave(
      corners({ centre: add(middle, along, length / 2), along, halfLength: length / 2, halfWidth: 1.1 }),
      'gravel',
    );
  }
  for (let group = 0; group < 9; group++) {
    const heart = within(quad, random.between(0.08, 0.92), random.between(0.1, 0.9));
    for (let index = 0; index < 6; index++) {
      plot.plant(
        point(heart.x + random.between(-12, 12), heart.y + random.between(-12, 12)),
        random.between(2, 4.8),
        random.whole(0, 4),
      );
    }
  }
}

/** A building site: bare earth, a shell of concrete, heaps, containers, machines. */
export function fillSite(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'soil');
  const along = direction(quad[0], quad[1]);
  for (let index = 0; index < 7; index++) {
    const centre = within(quad, random.between(0.12, 0.88), random.between(0.15, 0.85));
    plot.pave(
      corners({
        centre,
        along: tilted(along, random.between(-0.6, 0.6)),
        halfLength: random.between(6, 22),
        halfWidth: random.between(3, 9),
      }),
      random.pick(['sand', 'dirt', 'gravel'] as const),
    );
  }
  for (const u of [0.3, 0.68]) {
    const shell: Rectangle = {
      centre: within(quad, u, random.between(0.4, 0.6)),
      along,
      halfLength: random.between(11, 20),
      halfWidth: random.between(7, 11),
    };
    plot.build(
      {
        kind: 'shell',
        wings: [shell],
        roof: 'flat',
        colour: [178, 174, 166],
        height: random.between(3, 9),
        fittings: machines(shell, plot),
      },
      3,
    );
  }
  for (let index = 0; index < 10; index++) {
    const box: Rectangle = {
      centre: within(quad, random.between(0.05, 0.95), random.between(0.08, 0.92)),
      along: tilted(along, random.between(-0.3, 0.3)),
      halfLength: 3,
      halfWidth: 1.2,
    };
    if (plot.isFree(box, 1)) plot.park(box);
  }
}

function tilted(v: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return point(v.x * cos - v.y * sin, v.x * sin + v.y * cos);
}
