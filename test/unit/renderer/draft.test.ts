import { AppError } from '@shared/errors';
import type { AccountStatus } from '@shared/ipc/types';
import { expect, test } from 'vitest';
import { Accounts } from '../../../renderer/state/accounts.svelte';
import { AreaOfInterest } from '../../../renderer/state/aoi.svelte';
import { plainName, ProcessingDraft } from '../../../renderer/state/draft.svelte';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Mosaics, Projects } from '../../../renderer/state/mosaics.svelte';
import { Uploads } from '../../../renderer/state/uploads.svelte';
import { FakeApi, type Handlers } from './fakeApi';
import { forest, mosaic, raster, square, status, upload } from './samples';

function setUp(account: Partial<AccountStatus> = {}, handlers: Handlers = {}) {
  const api = new FakeApi({
    'processings.price': () => ({ credits: 12, area: 900_000, balance: 100 }),
    ...handlers,
  });
  const around = {
    accounts: new Accounts(api),
    layers: new LayerStack(),
    uploads: new Uploads(api),
    mosaics: new Mosaics(api),
    projects: new Projects(api),
    aoi: new AreaOfInterest(),
  };
  api.emit('accounts.status', status(account));
  const draft = new ProcessingDraft(api, around);
  const openTown = (): void => {
    around.layers.addRaster(raster('town', { path: '/images/a.tif' }));
  };
  return { api, ...around, draft, openTown };
}

test('says what is missing, step by step, until it can run', async () => {
  const { api, draft, openTown } = setUp();
  expect(draft.refusals).toEqual(['no_imagery']);
  openTown();
  expect(draft.refusals).toEqual(['not_uploaded']);
  api.emit('uploads.changed', upload('u'));
  expect(draft.refusals).toEqual(['uploading']);
  api.emit('uploads.changed', upload('u', { state: 'done' }));
  expect(draft.refusals).toEqual([]);
  expect(draft.ready).toBe(false);
  await draft.requote();
  expect(draft.ready).toBe(true);
});

test('offline it says that alone', () => {
  const { draft } = setUp({ state: 'offline', models: [] });
  expect(draft.refusals).toEqual(['offline']);
});

test('takes the first model that can run, and refuses one that cannot', () => {
  const { draft } = setUp();
  expect(draft.model?.id).toBe('forest');
  draft.chooseModel('buildings');
  expect(draft.refusals).toContain('model_unavailable');
});

test('the area is the outline of the image, or the drawn one', () => {
  const { aoi, draft, layers, openTown } = setUp();
  openTown();
  expect(draft.area).toEqual(layers.activeRaster?.raster.footprint);
  draft.areaMode = 'drawn';
  expect(draft.refusals).toContain('no_area');
  aoi.set({ type: 'Polygon', coordinates: [square(85.471, 27.601, 0.001)] });
  expect(draft.area).toBe(aoi.shape);
  expect(draft.refusals).not.toContain('no_area');
});

test('an image without a place has no outline to process', () => {
  const { draft, layers } = setUp();
  layers.addRaster(raster('bare', { footprint: null, bbox: null }));
  expect(draft.refusals).toContain('no_footprint');
});

test('a mosaic of the server brings its own outline and needs no open image', () => {
  const { draft, mosaics } = setUp();
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  expect(draft.refusals).toEqual([]);
  expect(draft.data?.source).toEqual({ kind: 'mosaic', mosaicId: 'm9' });
  expect(draft.data?.aoi.coordinates).toEqual([square(10, 50, 0.01)]);
  expect(draft.name).toBe('Forest, mosaic m9');
});

test('sends every optional block with its choice, and none of the others', () => {
  const { draft, mosaics } = setUp();
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  draft.enableBlock('Heights', true);
  expect(draft.data?.blocks).toEqual([{ name: 'Heights', enabled: true }]);
  draft.chooseModel('buildings');
  draft.chooseModel('forest');
  expect(draft.data?.blocks).toEqual([{ name: 'Heights', enabled: false }]);
});

test('a time of the imagery lets an option run that asks for it, and goes along with that option alone', () => {
  const heights = {
    ...forest.blocks[1]!,
    available: false,
    reason: 'No sun is known.',
    acceptsParams: ['captured_at'],
  };
  const model = { ...forest, blocks: [forest.blocks[0]!, heights] };
  const { draft, mosaics } = setUp({ models: [model] });
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  draft.enableBlock('Heights', true);
  expect(draft.asksForTime(heights)).toBe(true);
  expect(draft.reasonAgainst(heights)).toBe('No sun is known.');
  expect(draft.data).toMatchObject({ blocks: [{ name: 'Heights', enabled: false }] });
  draft.capturedAt = new Date('2024-06-21T09:30:00Z');
  expect(draft.reasonAgainst(heights)).toBeNull();
  expect(draft.data).toMatchObject({
    blocks: [{ name: 'Heights', enabled: true }],
    capturedAt: '2024-06-21T09:30:00.000Z',
  });
  draft.enableBlock('Heights', false);
  expect(draft.data).not.toHaveProperty('capturedAt');
  expect(draft.asksForTime(forest.blocks[1]!)).toBe(false);
});

test('asks the price once for what stands there; a new name alone asks nothing', async () => {
  const { api, draft, mosaics } = setUp();
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  await draft.requote();
  draft.name = 'Spring survey';
  await draft.requote();
  expect(api.timesAsked('processings.price')).toBe(1);
  draft.enableBlock('Heights', true);
  // The price on show is of what stood there before: it is none from this moment.
  expect([draft.priceState, draft.ready]).toEqual(['loading', false]);
  await draft.requote();
  expect(draft.priceState).toBe('ready');
  expect(api.timesAsked('processings.price')).toBe(2);
});

test('a price that failed is asked for again, and keeps the run from starting', async () => {
  let attempts = 0;
  const { draft, mosaics } = setUp(
    {},
    {
      'processings.price': () => {
        attempts += 1;
        if (attempts === 1) throw new AppError('app.shutting_down');
        return { credits: null, area: 1, balance: null };
      },
    },
  );
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  await draft.requote();
  expect([draft.quote.phase, draft.ready]).toEqual(['failed', false]);
  await draft.requote();
  expect([draft.quote.phase, draft.ready]).toEqual(['ready', true]);
});

test('a price above the balance is refused before the server has to', async () => {
  const { draft, mosaics } = setUp(
    { credits: 5 },
    { 'processings.price': () => ({ credits: 12, area: 1, balance: 5 }) },
  );
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  await draft.requote();
  expect(draft.refusals).toEqual(['too_few_credits']);
});

test('a blank name goes back to the usual one', () => {
  const { draft, openTown } = setUp();
  openTown();
  draft.name = 'Spring';
  expect(draft.name).toBe('Spring');
  draft.name = '';
  expect(draft.name).toBe('Forest, town.tif');
});

test.each([
  ['🌲 Forest', 'Forest'],
  ['🏗️ Construction', 'Construction'],
  ['🏠 Buildings (Aerial)', 'Buildings (Aerial)'],
  ['Roads', 'Roads'],
  ['🙂', '🙂'],
])('the plain name of %s is %s', (name, plain) => {
  expect(plainName(name)).toBe(plain);
});

test('an area beside the image is refused before anything is asked', () => {
  const { aoi, draft, mosaics } = setUp();
  mosaics.list.set([mosaic('m9')]);
  draft.chooseMosaic('m9');
  draft.areaMode = 'drawn';
  aoi.set({ type: 'Polygon', coordinates: [square(11, 50, 0.01)] });
  expect(draft.refusals).toEqual(['area_outside']);
  expect(draft.ready).toBe(false);
});
