import type { ServerResponse } from 'node:http';
import type { Hono } from 'hono';
import { boundsOf } from '@shared/api';
import { pathParam, type EngineContext, type EngineEnv } from '../http/body';
import { sendTexts } from '../http/sendFile';
import { badRequest, notFound, ServiceError } from '../http/serviceError';
import { levels } from '../models/thresholds';
import { Outlines } from '../processing/outlines';
import { featureCollection } from '../processing/result';
import type { Services } from '../services';
import { deepestZoom, parseTile } from '../tiles/mercator';

/** Where nothing tells more. */
const world = { west: -180, south: -85, east: 180, north: 85 };

type Box = [west: number, south: number, east: number, north: number];

/**
 * What this engine offers beyond the API, below `/engine/processings/{id}`, of a finished processing whose model keeps
 * probabilities (404 where there is none, 409 where it has not ended well, 400 for a model that keeps none):
 *
 * - `probabilities.json`: TileJSON of the probabilities, with the model's `threshold` and the number of `levels`;
 * - `probabilities/{z}/{x}/{y}.png`: a tile of them, a PNG whose palette index is the level;
 * - `outlines?threshold=0.6`: the objects at another threshold (GeoJSON); the header `x-threshold` says which level was used;
 * - `outlines?threshold=0.6&bbox=west,south,east,north`: those of a part, at once, as fine as `x-metres-per-pixel` says;
 * - `outlines/summary?threshold=0.6`: how many they are, and their area in m².
 *
 * What is asked for by nobody any more is given up.
 */
export function outlineRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { store, files, runner, models } = services;
  const outlines = new Outlines(store, files, runner, models);
  const at = '/engine/processings/:processingId';

  app.get(`${at}/probabilities.json`, (context) => {
    const { row, rules } = finished(context);
    const { west, south, east, north } = boundsOf(row.geometry) ?? world;
    const root = new URL(services.baseUrl()).origin;
    return context.json({
      tilejson: '3.0.0',
      name: row.name,
      scheme: 'xyz',
      tiles: [`${root}/engine/processings/${row.id}/probabilities/{z}/{x}/{y}.png`],
      minzoom: 0,
      maxzoom: deepestZoom,
      bounds: [west, south, east, north],
      threshold: Math.round(rules.threshold * levels) / levels,
      levels,
      metresPerPixel: outlines.gsdOf(row),
    });
  });

  app.get(`${at}/probabilities/:z/:x/:file`, async (context) => {
    const { row } = finished(context);
    const file = pathParam(context, 'file');
    const tile = parseTile(pathParam(context, 'z'), pathParam(context, 'x'), file.replace(/\.png$/, ''));
    if (!tile || !file.endsWith('.png')) throw notFound('tile', file);
    const png = await outlines.tile(row, tile);
    if (png === null) return context.body(null, 204);
    return context.body(Buffer.from(png), 200, { 'content-type': 'image/png', 'cache-control': 'no-cache' });
  });

  app.get(`${at}/outlines/summary`, async (context) => {
    const { row, threshold } = finished(context);
    const made = await outlines.at(row, threshold, leaving(context.env.outgoing));
    return context.json({ threshold: made.threshold, ...(await outlines.count(made)) });
  });

  app.get(`${at}/outlines`, async (context) => {
    const { row, threshold } = finished(context);
    const { outgoing } = context.env;
    const bbox = context.req.query('bbox');
    if (bbox !== undefined) {
      const { features, metresPerPixel } = await outlines.preview(
        row,
        threshold,
        boxOf(bbox),
        leaving(outgoing),
      );
      return context.json({ type: 'FeatureCollection', features }, 200, {
        'content-type': 'application/geo+json',
        'x-metres-per-pixel': String(metresPerPixel),
      });
    }
    const made = await outlines.at(row, threshold, leaving(outgoing));
    return sendTexts(outgoing, featureCollection(made.paths), {
      'content-type': 'application/geo+json',
      'x-threshold': String(made.threshold),
    });
  });

  function finished(context: EngineContext) {
    const id = pathParam(context, 'processingId');
    const row = store.processings.get(id);
    if (!row) throw notFound('processing', id);
    if (row.status !== 'OK') throw new ServiceError(409, 'engine.ResultNotReady', { status: row.status });
    const rules = outlines.rulesOf(row);
    if (!rules) throw badRequest('threshold: the model keeps no probabilities');
    const threshold = Number(context.req.query('threshold') ?? rules.threshold);
    if (!(threshold > 0 && threshold < 1)) throw badRequest('threshold: a number between 0 and 1');
    return { row, rules, threshold };
  }
}

/** Aborted when the client has left before it had its answer. */
function leaving(outgoing: ServerResponse): AbortSignal {
  const left = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) left.abort();
  });
  return left.signal;
}

function boxOf(text: string): Box {
  const [west = NaN, south = NaN, east = NaN, north = NaN] = text.split(',').map(Number);
  const inWorld = west >= -180 && south >= -90 && east <= 180 && north <= 90;
  if (!(west < east && south < north && inWorld)) {
    throw badRequest('bbox: west,south,east,north in degrees, west before east and south before north');
  }
  return [west, south, east, north];
}
