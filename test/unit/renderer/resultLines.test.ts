/** Lines of a result on the map: cut at their tile's sides, whole across tiles. */
import { fromLonLat, get } from 'ol/proj';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { expect, test } from 'vitest';
import { readTile } from '../../../renderer/map/resultTiles';

type Line = [number, number][];

/** A tile of 4096 units with lines, as the engine and the library write them. */
function tileOf(lines: readonly Line[]): Uint8Array {
  const features = lines.map((line, i) => ({ id: i + 1, type: 2, geometry: [line], tags: { width_m: 5.5 } }));
  const layers = { vector_layer: { features } } as unknown as Parameters<typeof fromGeojsonVt>[0];
  return fromGeojsonVt(layers, { version: 2, extent: 4096 });
}

const view = get('EPSG:3857')!;
const extent = [...fromLonLat([10, 50]), ...fromLonLat([10.01, 50.01])];
const across = (share: number): number => extent[0]! + share * (extent[2]! - extent[0]!);

test('a line is drawn as a line, with its id and its properties', () => {
  const [line, ...others] = readTile(
    tileOf([
      [
        [1024, 2048],
        [3072, 2048],
      ],
    ]),
    extent,
    view,
  );
  expect(others).toEqual([]);
  expect(line!.getType()).toBe('MultiLineString');
  expect(line!.getId()).toBe(1);
  expect(line!.getProperties()).toMatchObject({ width_m: 5.5 });
  const [x0, , x1] = line!.getFlatCoordinates();
  expect(x0).toBeCloseTo(across(0.25), 3);
  expect(x1).toBeCloseTo(across(0.75), 3);
});

test('what reaches into the margin is cut at the side; what lies in it alone is the neighbour’s', () => {
  const found = readTile(
    tileOf([
      [
        [2048, 100],
        [4150, 100],
      ],
      [
        [4110, 5],
        [4150, 90],
      ],
    ]),
    extent,
    view,
  );
  expect(found).toHaveLength(1);
  expect(
    found[0]!
      .getFlatCoordinates()
      .filter((_, i) => i % 2 === 0)
      .at(-1),
  ).toBeCloseTo(across(1), 3);
});
