import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { detectRows, findModel, type MaskBand, type RgbWindow } from '../../../main/engine/models/index';
import { onnxNetworks } from '../../../main/engine/networks';
import { vectorizeObjects } from '../../../main/engine/vectorize/index';
import { paint, randomFrom, sourceOf } from './scenes';

const weights = fileURLToPath(new URL('../../../main/engine/models/weights', import.meta.url));
const networks = onnxNetworks(weights);

/** m; the square metres of a pixel are its square */
const usual = 0.3;
/** m; where Buildings ask two networks */
const drone = 0.14;

async function bandsOf(
  name: string,
  picture: RgbWindow,
  gsd: number,
  cuts: readonly number[] = [],
): Promise<MaskBand[]> {
  const { detector } = findModel(name);
  const source = sourceOf(picture, gsd);
  const context = await detector.prepare(source);
  const borders = [0, ...cuts, picture.height];
  const bands: MaskBand[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const rows = { from: borders[i]!, to: borders[i + 1]! };
    for await (const band of detectRows({ source, detector, context, networks, rows })) bands.push(band);
  }
  return bands;
}

/** Areas (m²) of what a model finds. */
async function found(name: string, picture: RgbWindow, gsd: number): Promise<number[]> {
  const detector = findModel(name).detector;
  const bands = await bandsOf(name, picture, gsd);
  const areas: number[] = [];
  const job = {
    width: picture.width,
    gsd,
    classes: detector.classes,
    rules: detector.polygons,
    objects: detector.objects!,
    toLonLat: (x: number, y: number): [number, number] => [x * 1e-5, -y * 1e-5],
    ringArea: (ring: readonly (readonly [number, number])[]): number => {
      let twice = 0;
      ring.forEach(([x, y], i) => {
        const [nextX, nextY] = ring[(i + 1) % ring.length]!;
        twice += x * nextY - nextX * y;
      });
      return (Math.abs(twice) / 2) * 1e10 * gsd * gsd;
    },
  };
  for await (const feature of vectorizeObjects(() => bands, job)) areas.push(feature.properties.area);
  return areas;
}

const learned = [
  ['Buildings', usual],
  ['Buildings', drone],
  ['Roads', usual],
  ['Forest', usual],
] as const;

test('weights are small, and every learned model has its own', () => {
  const files = readdirSync(weights).filter((name) => name.endsWith('.onnx'));
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) {
    expect(statSync(`${weights}/${name}`).size).toBeLessThan(4_000_000);
    expect(existsSync(`${weights}/${name.replace('.onnx', '.json')}`), name).toBe(true);
  }
});

const random = randomFrom(11);
const nothing: Readonly<Record<string, RgbWindow>> = {
  'noise in colour': paint(320, 256, () => [random() * 255, random() * 255, random() * 255]),
  'grey noise': paint(320, 256, () => {
    const level = random() * 255;
    return [level, level, level];
  }),
  'a lake': paint(320, 256, (x, y) => {
    const wave = 3 * Math.sin(x * 0.7 + y * 0.3) + 2 * random();
    return [38 + wave, 62 + wave, 70 + wave];
  }),
  black: paint(320, 256, () => [0, 0, 0]),
  white: paint(320, 256, () => [255, 255, 255]),
  'no imagery': paint(
    320,
    256,
    () => [120, 90, 70],
    () => false,
  ),
};

test.each(learned.flatMap(([name, gsd]) => Object.keys(nothing).map((what) => [name, gsd, what] as const)))(
  '%s at %d m finds nothing in %s',
  async (name, gsd, what) => {
    const areas = await found(name, nothing[what]!, gsd);
    expect(areas.reduce((sum, area) => sum + area, 0)).toBeLessThan(0.002 * 320 * 256 * gsd * gsd);
  },
);

/** Roofs of two colours with shadows on ground with grain. */
function village(width: number, height: number): RgbWindow {
  const grain = randomFrom(3);
  const roof = (x: number, y: number): readonly [number, number] => [(x % 80) - 40, (y % 70) - 35];
  return paint(width, height, (x, y) => {
    const [u, v] = roof(x, y);
    const noise = 12 * (grain() - 0.5);
    if (Math.abs(u) < 18 && Math.abs(v) < 13)
      return v < 0 ? [178 + noise, 92 + noise, 70 + noise] : [140 + noise, 70 + noise, 55 + noise];
    if (u > -14 && u < 24 && v > -9 && v < 19) return [40 + noise, 45 + noise, 42 + noise];
    return [105 + noise, 118 + noise, 84 + noise];
  });
}

test.each([usual, drone])('the same houses are found whatever the partition, at %d m', async (gsd) => {
  const picture = village(640, 700);
  const whole = await bandsOf('Buildings', picture, gsd);
  const cut = await bandsOf('Buildings', picture, gsd, [512, 600]);
  const joined = (bands: readonly MaskBand[]): Uint8Array =>
    Uint8Array.from(bands.flatMap(({ classes }) => [...classes]));
  const [one, other] = [joined(whole), joined(cut)];
  const different = one.filter((value, i) => value >> 4 >= 8 !== other[i]! >> 4 >= 8).length;
  const inside = one.filter((value) => value >> 4 >= 8).length;
  expect(inside).toBeGreaterThan(0.02 * one.length);
  expect(different).toBeLessThan(0.01 * inside);
});

test('grey imagery will do for buildings, and is refused for roads', async () => {
  const picture = village(256, 256);
  const grey = sourceOf({ ...picture, green: picture.red, blue: picture.red }, usual, 'grey');
  await expect(findModel('Buildings').detector.prepare(grey)).resolves.toEqual({});
  await expect(findModel('Roads').detector.prepare(grey)).rejects.toMatchObject({
    kind: 'engine.needs_colour',
  });
});
