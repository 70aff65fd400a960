/** Learned models over files, as the engine runs them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectRows, findModel } from '../../../main/engine/models/index';
import { tinyTiff, type TinyTiff } from '../../contract/geotiff';
import { paint, sourceOf } from '../models/scenes';
import { areaOf, detect as detectIn, village } from './detecting';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'learned-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function keep(options: TinyTiff): Promise<string> {
  const path = join(folder, `${String(files++)}.tif`);
  await writeFile(path, tinyTiff(options));
  return path;
}

const detect = (paths: readonly string[], outline: string, model?: string): ReturnType<typeof detectIn> =>
  detectIn(folder, paths, outline, model);

const size = { width: 720, height: 560, pixel: 0.3 };

test('one file and the same cut into 40 chunks give the same houses; none is cut by a border', async () => {
  const whole = await keep({ ...size, sample: village });
  const chunks: string[] = [];
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 8; column++) {
      const [x, y] = [column * 90, row * 112];
      chunks.push(
        await keep({
          width: 90,
          height: 112,
          pixel: 0.3,
          origin: [456_000 + x * 0.3, 5_428_000 - y * 0.3],
          sample: (u, v, band) => village(x + u, y + v, band),
        }),
      );
    }
  }
  const [one, many] = [await detect([whole], whole), await detect(chunks, whole)];
  expect(one.length).toBeGreaterThan(40);
  expect(Math.abs(many.length - one.length)).toBeLessThanOrEqual(0.01 * one.length);
  expect(Math.abs(areaOf(many) - areaOf(one))).toBeLessThan(0.01 * areaOf(one));
}, 60_000);

test('an alpha band changes nothing but where it hides; what is hidden has no houses', async () => {
  const rgb = await keep({ ...size, sample: village });
  const rgba = await keep({ ...size, bands: 4, sample: village });
  const half = await keep({
    ...size,
    bands: 4,
    sample: (x, y, band) => (band === 3 ? (x < 360 ? 255 : 0) : village(x, y, band)),
  });
  const [plain, opaque, hidden] = [
    await detect([rgb], rgb),
    await detect([rgba], rgb),
    await detect([half], rgb),
  ];
  expect(opaque).toEqual(plain);
  expect(areaOf(hidden)).toBeGreaterThan(0.3 * areaOf(plain));
  expect(areaOf(hidden)).toBeLessThan(0.6 * areaOf(plain));
}, 60_000);

test('grey imagery is taken by what can do without colour', async () => {
  const grey = await keep({ ...size, bands: 1, sample: (x, y) => village(x, y, 1) });
  await expect(detect([grey], grey)).resolves.toBeInstanceOf(Array);
  await expect(detect([grey], grey, 'Roads')).rejects.toMatchObject({ kind: 'engine.needs_colour' });
}, 60_000);

test('finer imagery is averaged to what the model knows, and shows the same houses', async () => {
  const coarse = await keep({ width: 480, height: 420, pixel: 0.3, sample: village });
  const fine = await keep({
    width: 1440,
    height: 1260,
    pixel: 0.1,
    sample: (x, y, band) => village(x, y, band, 3),
  });
  const [one, other] = [await detect([coarse], coarse), await detect([fine], coarse)];
  expect(one.length).toBeGreaterThan(20);
  expect(other.length).toBeGreaterThan(0.6 * one.length);
}, 60_000);

test('a cancel does not wait for a window to end', async () => {
  const picture = paint(64, 64, () => [90, 90, 90]);
  const controller = new AbortController();
  const reason = new Error('enough');
  const bands = detectRows({
    source: sourceOf(picture, 0.3),
    detector: findModel('Buildings').detector,
    context: {},
    rows: { from: 0, to: 64 },
    signal: controller.signal,
    networks: {
      run: () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
    },
  });
  await expect(bands.next()).rejects.toBe(reason);
});
