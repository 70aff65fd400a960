import type { Hono } from 'hono';
import { boundsOf, type Geometry } from '@shared/api';
import { pathParam, type EngineContext, type EngineEnv } from '../http/body';
import { notFound } from '../http/serviceError';
import type { Services } from '../services';
import type { TileImage } from '../tiles/rasterTile';
import { deepestZoom, parseTile, tileBounds, type TileAddress } from '../tiles/mercator';
import { encodeVectorTile, extent, layerName } from '../tiles/vectorTile';
import { existingMosaic } from './mosaics';

/** Below this a tile would show nothing but specks. */
const leastVectorZoom = 8;

/** Tile layers: the imagery of a mosaic as XYZ PNG, a result as Mapbox Vector Tiles, each with its TileJSON. */
export function layerRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { store, files, runner, tiles } = services;

  app.get('/layers/mosaics/:file', (context) => {
    const id = withoutEnding(context, 'file', '.json');
    const mosaic = store.mosaics.get(id);
    if (!mosaic) throw notFound('layer', id);
    const images = store.images.ofMosaic(id);
    const coordinates = images.flatMap(({ footprint }) =>
      footprint.type === 'Polygon' ? [footprint.coordinates] : footprint.coordinates,
    );
    const url = `${services.baseUrl()}/layers/mosaics/${id}/tiles/{z}/{x}/{y}.png`;
    return context.json(
      tileJson(mosaic.name, url, { type: 'MultiPolygon', coordinates }, [0, deepestZoom - 3]),
    );
  });
  app.get('/layers/mosaics/:mosaicId/tiles/:z/:x/:file', async (context) => {
    const mosaic = existingMosaic(context, services);
    const tile = tileOf(context, '.png');
    const images = store.images
      .ofMosaic(mosaic.id)
      .filter(({ status }) => status !== 'FAILED')
      .map((image) => ({
        path: image.linkedPath ?? files.image(image.id),
        picture: files.picture(image.id),
        profile: image.profile,
      }));
    return sendTile(context, images, tile);
  });

  app.get('/layers/catalog/:mosaicId/tiles/:z/:x/:file', async (context) => {
    const mosaic = services.catalog.mosaic(pathParam(context, 'mosaicId'));
    if (!mosaic) throw notFound('layer', pathParam(context, 'mosaicId'));
    const tile = tileOf(context, '.png');
    const scenes = mosaic.scenes.filter(
      ({ available, footprint }) => available && touches(footprint, tileBounds(tile)),
    );
    for (const scene of scenes) await services.catalog.prepare(scene);
    const images = scenes.map(({ id, path, profile }) => ({ path, picture: files.picture(id), profile }));
    return sendTile(context, images, tile);
  });

  app.get('/layers/:file', async (context) => {
    const id = withoutEnding(context, 'file', '.json');
    const row = finished(id);
    const index = await tiles.open(row.id);
    const { west, south, east, north } = index.bounds();
    const url = `${services.baseUrl()}/layers/${id}/tiles/{z}/{x}/{y}.vector.pbf`;
    return context.json({
      ...tileJson(row.name, url, null, [leastVectorZoom, deepestZoom]),
      bounds: [west, south, east, north],
      vector_layers: [
        {
          id: layerName,
          fields: { id: 'Number', object_type: 'String', class_id: 'String', area: 'Number' },
        },
      ],
    });
  });
  app.get('/layers/:layerId/tiles/:z/:x/:file', async (context) => {
    const row = finished(pathParam(context, 'layerId'));
    const tile = tileOf(context, '.vector.pbf');
    if (tile.z < leastVectorZoom) return context.body(null, 204);
    const index = await tiles.open(row.id);
    const [west, south, east, north] = tileBounds(tile, 64 / extent);
    // Half a pixel of a 256 px tile: nobody sees less.
    const least = (east - west) / 512;
    const found = index.find(west, south, east, north, least);
    if (found.length === 0) return context.body(null, 204);
    return context.body(Buffer.from(encodeVectorTile(found, tile)), 200, {
      'content-type': 'application/vnd.mapbox-vector-tile',
    });
  });

  async function sendTile(
    context: EngineContext,
    images: readonly TileImage[],
    tile: TileAddress,
  ): Promise<Response> {
    const { png } = await runner.run<'tile'>({ kind: 'tile', images, tile });
    if (png === null) return context.body(null, 204);
    return context.body(Buffer.from(png), 200, { 'content-type': 'image/png', 'cache-control': 'no-cache' });
  }

  function finished(id: string): NonNullable<ReturnType<typeof store.processings.get>> {
    const row = store.processings.get(id);
    if (row?.status !== 'OK') throw notFound('layer', id);
    return row;
  }
}

function withoutEnding(context: EngineContext, name: string, ending: string): string {
  const file = pathParam(context, name);
  if (!file.endsWith(ending)) throw notFound('layer', file);
  return file.slice(0, -ending.length);
}

function tileOf(context: EngineContext, ending: string): TileAddress {
  const y = withoutEnding(context, 'file', ending);
  const tile = parseTile(pathParam(context, 'z'), pathParam(context, 'x'), y);
  if (!tile) throw notFound('tile', y);
  return tile;
}

function touches(
  area: Geometry,
  [west, south, east, north]: readonly [number, number, number, number],
): boolean {
  const box = boundsOf(area);
  return box !== null && box.west < east && box.east > west && box.south < north && box.north > south;
}

function tileJson(
  name: string,
  url: string,
  area: Geometry | null,
  [minzoom, maxzoom]: readonly [number, number],
): Record<string, unknown> {
  const bounds = area && boundsOf(area);
  return {
    tilejson: '3.0.0',
    name,
    scheme: 'xyz',
    tiles: [url],
    minzoom,
    maxzoom,
    ...(bounds ? { bounds: [bounds.west, bounds.south, bounds.east, bounds.north] } : {}),
  };
}
