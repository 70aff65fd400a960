import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFeatures, type AnyFeature } from '../../../main/library/geopackage/index';
import { collection, feature, rectangle } from './support';

async function read(text: string | Buffer, chunkSizes: readonly number[] = [1 << 20]): Promise<AnyFeature[]> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = chunkSizes[i % chunkSizes.length]!;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const features: AnyFeature[] = [];
  for await (const batch of readFeatures(chunks(), 'a.geojson')) features.push(...batch);
  return features;
}

const properties = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });

test('features are the same however the bytes are cut', async () => {
  const features = fc.array(
    properties.map((values) => feature(rectangle(1, 2, 3, 4), values)),
    { maxLength: 6 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(features, sizes, fc.boolean(), async (all, cuts, spaced) => {
      const whole = { type: 'FeatureCollection', features: all };
      const text = JSON.stringify(whole, null, spaced ? 2 : undefined);
      expect(await read(text, cuts)).toEqual(JSON.parse(text).features);
    }),
    { numRuns: 200 },
  );
});

test('other members may come before and after, with anything in them', async () => {
  const extra = { 'features ]}': '"features":[{', list: [{ features: [1] }, '\\"}'], bbox: [1, 2, 3, 4] };
  const one = feature(rectangle(0, 0, 1, 1), { name: '{"}]\\' });
  for (const whole of [
    { ...extra, type: 'FeatureCollection', features: [one] },
    { features: [one], type: 'FeatureCollection', ...extra },
  ]) {
    expect(await read(JSON.stringify(whole), [7])).toEqual([one]);
  }
  expect(await read(`\ufeff${collection([one])}\n`)).toEqual([one]);
  expect(await read('{"type":"FeatureCollection","features":[]}')).toEqual([]);
});

test('WGS 84 by its old names is accepted, another system refused', async () => {
  const withCrs = (name: string): string =>
    JSON.stringify({
      type: 'FeatureCollection',
      crs: { type: 'name', properties: { name } },
      features: [feature(rectangle(0, 0, 1, 1))],
    });
  expect(await read(withCrs('urn:ogc:def:crs:OGC:1.3:CRS84'))).toHaveLength(1);
  expect(await read(withCrs('EPSG:4326'))).toHaveLength(1);
  await expect(read(withCrs('urn:ogc:def:crs:EPSG::3857'), [5])).rejects.toMatchObject({
    kind: 'results.other_crs',
    params: { crs: 'urn:ogc:def:crs:EPSG::3857' },
  });
});

test('what is no collection, or ends too early, is refused with the file named', async () => {
  const good = collection([feature(rectangle(0, 0, 1, 1), { a: 'b' })]);
  const bad = [
    '',
    'hello',
    '[]',
    '{}',
    '<html><body>{"features":[]}</body></html>',
    '{"type":"Feature","properties":{},"geometry":null}',
    '{"type":"FeatureCollection","features":[1]}',
    '{"type":"FeatureCollection","features":[{"type":"Point"}]}',
    '{"type":"FeatureCollection","features":[{"type":"Feature",]}]}',
    `${good}}`,
    `${good}${good}`,
    ...Array.from({ length: good.length - 1 }, (_, i) => good.slice(0, i + 1)),
  ];
  for (const text of bad) {
    await expect(read(text, [11]), text).rejects.toMatchObject({
      kind: 'results.not_geojson',
      params: { name: 'a.geojson' },
    });
  }
});
