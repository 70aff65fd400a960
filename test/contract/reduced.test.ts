import { join } from 'node:path';
import { expect, test } from 'vitest';
import { passingFaults } from '../faults/faults';
import { openWorkplace, targetBytes, Workbench } from '../faults/workbench';
import { writeMultispectral } from '../fixtures/multispectral';

test.each(['jpeg', 'deflate'] as const)(
  'an engine takes what was reduced to %s, through a network that breaks off',
  async (reduce) => {
    const place = await openWorkplace();
    const bench = await Workbench.open(place, 'a');
    const path = join(place.folder, 'field.tif');
    writeMultispectral(path, { columns: 6, rows: 5 });
    // Chunks lost on the way, after their last byte, and taken without an answer: in turns.
    const faults = Object.values(passingFaults);
    let count = 0;
    bench.proxy.next = ({ method, path: asked }) =>
      method === 'POST' && asked.endsWith('/image') && count++ % 2 === 0
        ? (faults[count % faults.length] ?? null)
        : null;
    const wanted = { accountId: 'a', path, mosaic: { name: 'Field' }, targetBytes, reduce };
    const { id } = await bench.uploads.start(wanted);
    expect(await bench.finish(id)).toMatchObject({ state: 'done', reducedTo: reduce, error: null });
    await bench.expectWhole(id);
    const { mosaicId } = bench.uploads.get(id);
    const images = await place.engine.client.images.list(mosaicId ?? '');
    expect(images.length).toBeGreaterThan(3);
    for (const { metadata } of images) {
      expect(metadata).toMatchObject({ bands: 3, crs: 'EPSG:32633', pixelSize: [0.5, 0.5] });
      expect(new Set(metadata?.dtypes)).toEqual(new Set(['uint8']));
    }
    await bench.close();
    await place.close();
  },
);
