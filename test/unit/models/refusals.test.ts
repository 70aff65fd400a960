import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { detectRows, listModels, type MaskBand, type RgbWindow } from '../../../main/engine/models/index';
import { onnxNetworks } from '../../../main/engine/networks';
import { vectorize, vectorizeObjects, type VectorizeJob } from '../../../main/engine/vectorize/index';
import { paint, randomFrom, sourceOf, type Colour } from './scenes';

const networks = onnxNetworks(fileURLToPath(new URL('../../../main/engine/models/weights', import.meta.url)));
const side = 320;
/** m; Forest finds in another way in coarser imagery */
const gsds = (styleName: string): readonly number[] => (styleName === 'forest' ? [0.3, 0.5] : [0.3]);

/** Smooth noise from -1 to 1, with hills of `size` px. */
function hills(size: number, seed: number): (x: number, y: number) => number {
  const random = randomFrom(seed);
  const columns = Math.ceil(side / size) + 2;
  const heights = Float64Array.from({ length: columns * columns }, () => 2 * random() - 1);
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
    const [u, v] = [ease(x / size - column), ease(y / size - row)];
    const at = (dx: number, dy: number): number => heights[(row + dy) * columns + column + dx]!;
    return (at(0, 0) * (1 - u) + at(1, 0) * u) * (1 - v) + (at(0, 1) * (1 - u) + at(1, 1) * u) * v;
  };
}

/** One colour with hills of light and grain of their own strength. */
function ground(colour: Colour, light: number, grain: number, seed: number): RgbWindow {
  const random = randomFrom(seed);
  const [wide, narrow] = [hills(90, seed), hills(14, seed + 1)];
  return paint(side, side, (x, y) => {
    const level = light * (0.7 * wide(x, y) + 0.3 * narrow(x, y)) + grain * (random() - 0.5);
    return [colour[0] + level, colour[1] + level, colour[2] + level];
  });
}

function waves(glint: boolean): RgbWindow {
  const random = randomFrom(5);
  const swell = hills(40, 6);
  return paint(side, side, (x, y) => {
    const wave = 6 * Math.sin(0.9 * x + 0.4 * y + 3 * swell(x, y)) + 4 * swell(x, y) + 3 * random();
    const sun = glint && random() < 0.15 * Math.max(0, 1 - Math.hypot(x - 160, y - 120) / 120) ? 150 : 0;
    return [36 + wave + sun, 60 + wave + sun, 68 + wave + sun];
  });
}

const random = randomFrom(23);
const normal = (): number => random() + random() + random() + random() - 2;
const pictures: Readonly<Record<string, RgbWindow>> = {
  'a smooth lake': ground([34, 58, 66], 2, 2, 1),
  'a lake with waves': waves(false),
  'a lake with the sun in it': waves(true),
  'noise in colour': paint(side, side, () => [random() * 255, random() * 255, random() * 255]),
  'soft grey noise': paint(side, side, () => {
    const level = 120 + 40 * normal();
    return [level, level, level];
  }),
  'salt and pepper': paint(side, side, () => {
    const level = random() < 0.05 ? (random() < 0.5 ? 0 : 255) : 128;
    return [level, level, level];
  }),
  'bare soil': ground([139, 111, 83], 14, 16, 9),
  sand: ground([206, 187, 149], 10, 10, 13),
  asphalt: ground([92, 92, 94], 6, 12, 17),
};

/** What a model can take for its own where none is: a field of asphalt may be road. */
const exempt: Readonly<Record<string, readonly string[]>> = { asphalt: ['roads'] };

const models = listModels();

test.each(
  models.flatMap((model) =>
    Object.keys(pictures)
      .filter((what) => !exempt[what]?.includes(model.info.styleName))
      .flatMap((what) =>
        gsds(model.info.styleName).map((gsd) => [model.info.name, what, gsd, model] as const),
      ),
  ),
)('%s finds nothing to speak of in %s of %f m a pixel', async (_name, what, gsd, { detector }) => {
  const source = sourceOf(pictures[what]!, gsd);
  const context = await detector.prepare(source);
  const rows = { from: 0, to: side };
  const bands: MaskBand[] = [];
  for await (const band of detectRows({ source, detector, context, networks, rows })) bands.push(band);
  const { classes, polygons: rules, objects } = detector;
  const flat: VectorizeJob = {
    width: side,
    gsd,
    classes,
    rules,
    toLonLat: (x, y) => [x * 1e-5, -y * 1e-5],
    ringArea: (ring) => areaOf(ring) * 1e10 * gsd * gsd,
  };
  const features = objects ? vectorizeObjects(() => bands, { ...flat, objects }) : vectorize(bands, flat);
  let found = 0;
  for await (const { properties } of features) found += properties.area;
  expect(found).toBeLessThan(0.002 * (side * gsd) ** 2);
});

function areaOf(ring: readonly (readonly [number, number])[]): number {
  let twice = 0;
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}
