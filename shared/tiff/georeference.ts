import { TAG } from './tags';
import type { TagValues } from './tagValues';
import type { Crs, Georeference, Geotransform } from './types';

/** What the tags say of where the raster lies. */
export async function readGeoreference(tags: TagValues): Promise<Georeference> {
  const keys = (await tags.integers(TAG.GeoKeyDirectory, 4096)) ?? [];
  const key = (id: number): number | undefined => {
    for (let at = 4; at + 3 < keys.length; at += 4)
      if (keys[at] === id && keys[at + 1] === 0) return keys[at + 3];
    return undefined;
  };
  const point = key(1025) === 2;
  const code = key(3072) ?? key(2048);
  const crs: Crs | null =
    code === undefined || code === 32767
      ? null
      : {
          epsg: code,
          proj4: null,
          name: `EPSG:${code}`,
          kind: key(3072) === undefined ? 'geographic' : 'projected',
          unitFactor: 1,
        };
  const geotransform = shift(await readTransform(tags), point ? -0.5 : 0);
  return {
    crs,
    geotransform,
    areaOrPoint: point ? 'Point' : 'Area',
    gcps: [],
    from: geotransform ? 'tags' : 'none',
  };
}

async function readTransform(tags: TagValues): Promise<Geotransform | null> {
  const scale = await tags.numbers(TAG.ModelPixelScale, 3);
  const tie = await tags.numbers(TAG.ModelTiepoint, 6);
  if (scale && tie && tie.length === 6) {
    const [sx = 0, sy = 0] = scale;
    const [column = 0, row = 0, , x = 0, y = 0] = tie;
    return [x - column * sx, sx, 0, y + row * sy, 0, -sy];
  }
  const m = await tags.numbers(TAG.ModelTransformation, 16);
  return m && m.length === 16
    ? [m[3] as number, m[0] as number, m[1] as number, m[7] as number, m[4] as number, m[5] as number]
    : null;
}

function shift(g: Geotransform | null, by: number): Geotransform | null {
  return g && [g[0] + by * (g[1] + g[2]), g[1], g[2], g[3] + by * (g[4] + g[5]), g[4], g[5]];
}
