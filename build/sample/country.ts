import {
  add,
  circle,
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
import { varied } from './houses';
import type { Plot } from './plot';
import { smoothNoise } from './random';
import type { Material } from './scene';

const CROPS: readonly Material[] = [
  'wheat',
  'stubble',
  'maize',
  'rape',
  'beet',
  'tilled',
  'wheat',
  'tilled',
  'stubble',
];

/** One to three strips of crops, sown along the longer side. */
export function fillField(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'grass');
  const strips = random.whole(1, 3);
  const isAlong = random.chance(0.8);
  const along = isAlong ? direction(quad[0], quad[1]) : direction(quad[0], quad[3]);
  for (let strip = 0; strip < strips; strip++) {
    const [from, to] = [strip / strips + 0.004, (strip + 1) / strips - 0.004];
    const own: Quad = isAlong
      ? [
          within(quad, 0.004, from),
          within(quad, 0.996, from),
          within(quad, 0.996, to),
          within(quad, 0.004, to),
        ]
      : [
          within(quad, from, 0.008),
          within(quad, to, 0.008),
          within(quad, to, 0.992),
          within(quad, from, 0.992),
        ];
    plot.pave(own, random.pick(CROPS), along);
  }
  if (random.chance(0.25)) treeLine(plot, quad[0], quad[1]);
  if (random.chance(0.2)) treeLine(plot, quad[0], quad[3]);
}

/** Trees and bushes along a boundary. */
function treeLine(plot: Plot, from: Point, to: Point): void {
  const { random } = plot;
  const along = direction(from, to);
  const length = distance(from, to);
  for (let at = random.between(2, 20); at < length - 3; at += random.between(2.5, 9)) {
    const radius = random.between(1.4, 3.8);
    plot.plant(
      add(add(from, along, at), turned(along), radius + random.between(0.6, 2)),
      radius,
      random.whole(0, 4),
    );
  }
}

export function fillMeadow(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'meadow');
  for (let index = random.whole(2, 16); index > 0; index--) {
    plot.plant(
      within(quad, random.between(0.03, 0.97), random.between(0.05, 0.95)),
      random.between(1.2, 4.2),
      random.whole(0, 4),
    );
  }
  if (random.chance(0.3)) treeLine(plot, quad[0], quad[3]);
}

/** Fruit trees in rows. */
export function fillOrchard(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'orchardGrass', direction(quad[0], quad[1]));
  const gap = random.between(5.5, 7);
  const across = Math.floor(distance(quad[0], quad[1]) / gap);
  const down = Math.floor(distance(quad[0], quad[3]) / gap);
  for (let row = 1; row < down; row++) {
    for (let column = 1; column < across; column++) {
      if (random.chance(0.06)) continue;
      const place = within(quad, column / across, row / down);
      plot.plant(
        point(place.x + random.between(-0.3, 0.3), place.y + random.between(-0.3, 0.3)),
        random.between(1.5, 2.1),
        6,
        3.5,
      );
    }
  }
}

/** A closed wood: crowns so close that the ground is hardly seen. */
export function fillForest(plot: Plot, seed: number): void {
  const { quad, random } = plot;
  plot.pave(quad, 'forestFloor');
  const across = Math.floor(distance(quad[0], quad[1]) / 4.3);
  const down = Math.floor(distance(quad[0], quad[3]) / 4.3);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const place = within(
        quad,
        (column + 0.5 + random.between(-0.45, 0.45)) / across,
        (row + 0.5 + random.between(-0.45, 0.45)) / down,
      );
      const stand = smoothNoise(seed + 31, place.x, place.y, 60);
      const species = stand > 0.62 ? 7 : random.whole(0, 4);
      const radius = species === 7 ? random.between(2, 3) : random.between(2.1, 4.1);
      plot.plant(place, radius, species, 11);
    }
  }
}

/** A farm: barns around a yard, fields behind. */
export function fillFarm(plot: Plot): void {
  const { quad, random } = plot;
  plot.pave(quad, 'meadow');
  const along = direction(quad[0], quad[1]);
  const centre = within(quad, random.between(0.3, 0.7), 0.5);
  plot.pave(corners({ centre, along, halfLength: 30, halfWidth: 24 }), 'yard');
  const across = turned(along);
  const places: readonly (readonly [number, number, number])[] = [
    [-20, -8, 0],
    [16, -12, 1],
    [2, 14, 0],
  ];
  for (const [u, v, turn] of places) {
    const barn: Rectangle = {
      centre: add(add(centre, along, u), across, v),
      along: turn === 1 ? across : along,
      halfLength: random.between(8, 14),
      halfWidth: random.between(5, 6.5),
    };
    const colour = varied(
      random,
      random.pick([[128, 84, 68] as const, [138, 138, 136] as const, [150, 142, 132] as const]),
    );
    plot.build({ kind: 'barn', wings: [barn], roof: 'gable', colour, height: random.between(5, 7) }, 2);
  }
  for (let index = 0; index < 26; index++) {
    plot.plant(
      within(quad, random.between(0.02, 0.98), random.between(0.04, 0.96)),
      random.between(1.6, 4),
      random.whole(0, 4),
    );
  }
}

/** A pond with reeds and trees on its bank. Gives its shore line. */
export function fillPond(plot: Plot, seed: number): Ring {
  const { quad, random } = plot;
  plot.pave(quad, 'meadow');
  const centre = within(quad, random.between(0.4, 0.6), 0.5);
  const along = direction(quad[0], quad[1]);
  const across = turned(along);
  const [long, short] = [random.between(34, 58), random.between(18, 27)];
  const shore = circle(point(0, 0), 1, 64).map(({ x, y }) => {
    const bay = 0.72 + 0.42 * smoothNoise(seed + 41, x * 1.6 + centre.x, y * 1.6 + centre.y, 1);
    return add(add(centre, along, x * long * bay), across, y * short * bay);
  });
  plot.pave(
    shore.map((p) => add(p, direction(centre, p), 1.6)),
    'forestFloor',
  );
  plot.pave(shore, 'water');
  plot.keepFree({ centre, along, halfLength: long, halfWidth: short });
  for (let index = 0; index < 60; index++) {
    plot.plant(
      within(quad, random.between(0.02, 0.98), random.between(0.03, 0.97)),
      random.between(1.6, 4.2),
      random.whole(0, 4),
    );
  }
  return shore;
}
