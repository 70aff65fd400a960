import { expect, test } from 'vitest';
import { detectRows, findModel, type MaskBand, type RgbWindow } from '../../../main/engine/models/index';
import { crop, grove, networksSaying, noNetworks, paint, randomFrom, sourceOf } from './scenes';

const forest = findModel('Forest').detector;
/** m; coarse enough that crowns are not told apart */
const gsd = 0.36;
/** Leaves all to what the index sees. */
const undecided = networksSaying(8);

async function maskOf(
  picture: RgbWindow,
  cuts: readonly number[] = [],
  networks = undecided,
): Promise<Uint8Array> {
  const source = sourceOf(picture, gsd);
  const context = await forest.prepare(source);
  const mask = new Uint8Array(picture.width * picture.height);
  const borders = [0, ...cuts, picture.height];
  for (let i = 0; i + 1 < borders.length; i++) {
    const rows = { from: borders[i]!, to: borders[i + 1]! };
    for await (const band of detectRows({ source, detector: forest, context, networks, rows })) {
      mask.set(
        band.classes.map((packed) => packed >> 7),
        band.y * band.width,
      );
    }
  }
  return mask;
}

const share = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0) / mask.length;

function intersectionOverUnion(mask: Uint8Array, truth: Uint8Array): number {
  let both = 0;
  let either = 0;
  mask.forEach((value, i) => {
    both += value & truth[i]!;
    either += value | truth[i]!;
  });
  return both / either;
}

test('crowns on soil are found', async () => {
  const { picture, crowns } = grove(500, 400, 1);
  expect(intersectionOverUnion(await maskOf(picture), crowns)).toBeGreaterThan(0.8);
});

test('what the index takes for trees and the network for none is not forest', async () => {
  const { picture } = grove(500, 400, 1);
  expect(share(await maskOf(picture, [], networksSaying(2)))).toBe(0);
});

test('what the network is sure of is forest in any colour', async () => {
  const soil = paint(300, 300, () => [150, 120, 90]);
  expect(share(await maskOf(soil))).toBe(0);
  expect(share(await maskOf(soil, [], networksSaying(12)))).toBe(1);
});

test('in coarser imagery than it has learned from the network is not asked', async () => {
  const { picture } = grove(300, 200, 5);
  const context = await forest.prepare(sourceOf(picture, 0.7));
  const found = await forest.classify(picture, 0.7, context, noNetworks);
  expect(found.some((packed) => packed > 0)).toBe(true);
});

test('the same crowns are found under a warm light', async () => {
  const { picture, crowns } = grove(500, 400, 2);
  const warm = {
    ...picture,
    red: picture.red.map((value) => Math.min(255, value * 1.2)),
    blue: picture.blue.map((value) => value * 0.9),
  };
  expect(intersectionOverUnion(await maskOf(warm), crowns)).toBeGreaterThan(0.7);
});

test('the mask does not depend on the partition or on the windows', async () => {
  const { picture } = grove(1300, 700, 3);
  const whole = await maskOf(picture);
  const cut = await maskOf(picture, [1, 64, 333, 512, 513, 690]);
  expect(Buffer.compare(whole, cut)).toBe(0);
  expect(share(whole)).toBeGreaterThan(0.05);
});

test('a window larger than needed gives the same classes within its margin', async () => {
  const { picture } = grove(400, 300, 4);
  const context = await forest.prepare(sourceOf(picture, gsd));
  const margin = forest.margin(gsd);
  const whole = await forest.classify(picture, gsd, context, undecided);
  const window = { x: 100, y: 60, width: 200, height: 180 };
  const part = await forest.classify(crop(picture, window), gsd, context, undecided);
  for (let y = margin; y < window.height - margin; y++) {
    for (let x = margin; x < window.width - margin; x++) {
      expect(part[y * window.width + x]).toBe(whole[(y + window.y) * picture.width + x + window.x]);
    }
  }
});

test('pictures without vegetation give no forest', async () => {
  const random = randomFrom(5);
  const grain = (): number => 30 * (random() - 0.5);
  const scenes: Record<string, RgbWindow> = {
    asphalt: paint(300, 300, () => [120, 122, 121].map((c) => c + grain()) as never),
    'two soils': paint(300, 300, (x) => {
      const even = grain();
      return x < 150 ? [190 + even, 150 + even, 120 + even] : [160 + even, 140 + even, 110 + even];
    }),
    'green water': paint(300, 300, (x) => [52, 72 + (x % 3), 58]),
    'muddy water': paint(300, 300, (x, y) => [128, 124 + ((x + y) % 2), 92]),
    'blue roofs': paint(300, 300, (x, y) => (((x >> 4) + (y >> 4)) % 2 ? [60, 140, 200] : [180, 178, 175])),
    black: paint(300, 300, () => [0, 0, 0]),
    white: paint(300, 300, () => [255, 255, 255]),
    'grey noise': paint(300, 300, () => {
      const level = random() * 255;
      return [level, level, level];
    }),
    'colour noise': paint(300, 300, () => [random() * 255, random() * 255, random() * 255]),
  };
  for (const [name, picture] of Object.entries(scenes)) {
    expect(share(await maskOf(picture)), name).toBeLessThan(0.001);
  }
});

test('an even lawn beside trees is left out', async () => {
  const { picture, crowns } = grove(400, 400, 6);
  const lawn = paint(400, 400, (x, y) => {
    const i = y * 400 + x;
    if (x < 200 || crowns[i]) return [picture.red[i]!, picture.green[i]!, picture.blue[i]!];
    return [110, 160, 80 + (x % 2)];
  });
  const mask = await maskOf(lawn);
  let onLawn = 0;
  let grass = 0;
  for (let i = 0; i < mask.length; i++) {
    if (i % 400 < 230 || crowns[i]) continue;
    grass++;
    onLawn += mask[i]!;
  }
  expect(onLawn / grass).toBeLessThan(0.2);
});

test('pixels without imagery are never forest', async () => {
  const { picture } = grove(300, 300, 7);
  const half = { ...picture, valid: picture.valid.map((_, i) => (i % 300 < 150 ? 0 : 1)) };
  const mask = await maskOf(half);
  expect(mask.every((value, i) => value === 0 || half.valid[i] === 1)).toBe(true);
  expect(share(mask)).toBeGreaterThan(0.02);
});

test('grey imagery is refused, with the model named', async () => {
  const grey = sourceOf(
    paint(50, 50, () => [90, 90, 90]),
    gsd,
    'grey',
  );
  await expect(forest.prepare(grey)).rejects.toMatchObject({
    kind: 'engine.needs_colour',
    params: { model: '🌲 Forest' },
  });
});

test('fine imagery is worked on by whole factors, coarse imagery as it is', () => {
  for (const imageGsd of [0.018, 0.05, 0.0746, 0.1, 0.134, 0.199]) {
    const factor = forest.workingGsd(imageGsd) / imageGsd;
    expect(Math.abs(factor - Math.round(factor))).toBeLessThan(1e-9);
    expect(forest.workingGsd(imageGsd)).toBeGreaterThan(0.19 - 1e-9);
    expect(forest.workingGsd(imageGsd)).toBeLessThan(0.38);
  }
  for (const imageGsd of [0.2, 0.25, 0.5, 1.2]) expect(forest.workingGsd(imageGsd)).toBe(imageGsd);
});

test('progress rises to one and a cancelled detection stops', async () => {
  const { picture } = grove(900, 900, 8);
  const source = sourceOf(picture, gsd);
  const context = await forest.prepare(source);
  const seen: number[] = [];
  const rows = { from: 0, to: 900 };
  const bands: MaskBand[] = [];
  const onProgress = (done: number): number => seen.push(done);
  for await (const band of detectRows({
    source,
    detector: forest,
    context,
    networks: undecided,
    rows,
    onProgress,
  })) {
    bands.push(band);
  }
  expect(bands.map(({ y, height }) => [y, height])).toEqual([
    [0, 384],
    [384, 384],
    [768, 132],
  ]);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
  const controller = new AbortController();
  const cancelled = detectRows({
    source,
    detector: forest,
    context,
    networks: undecided,
    rows,
    signal: controller.signal,
  });
  await cancelled.next();
  controller.abort();
  await expect(cancelled.next()).rejects.toThrow();
});
