import type { Hono } from 'hono';
import { pathParam, type EngineEnv } from '../http/body';
import { sendTexts } from '../http/sendFile';
import { badRequest, notFound, ServiceError } from '../http/serviceError';
import { Outlines } from '../processing/outlines';
import { featureCollection } from '../processing/result';
import type { Services } from '../services';

/**
 * What this engine offers beyond the API, below `/engine`: `GET /engine/processings/{id}/outlines?threshold=0.6`, the objects of a
 * finished processing at another threshold (GeoJSON). The header `x-threshold` says which level was used. 409 where it has not
 * ended well, 400 for a model that keeps no probabilities.
 */
export function outlineRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { store, files, runner, models } = services;
  const outlines = new Outlines(store, files, runner, models);

  app.get('/engine/processings/:processingId/outlines', async (context) => {
    const id = pathParam(context, 'processingId');
    const row = store.processings.get(id);
    if (!row) throw notFound('processing', id);
    if (row.status !== 'OK') throw new ServiceError(409, 'engine.ResultNotReady', { status: row.status });
    const rules = outlines.rulesOf(row);
    if (!rules) throw badRequest('threshold: the model keeps no probabilities');
    const threshold = Number(context.req.query('threshold') ?? rules.threshold);
    if (!(threshold > 0 && threshold < 1)) throw badRequest('threshold: a number between 0 and 1');
    const made = await outlines.at(row, threshold);
    return sendTexts(context.env.outgoing, featureCollection(made.paths), {
      'content-type': 'application/geo+json',
      'x-threshold': String(made.threshold),
    });
  });
}
