import type { Hono } from 'hono';
import { stat } from 'node:fs/promises';
import {
  CostRequest,
  CreateProcessingRequest,
  CreateProcessingV1Request,
  ProcessingsPageRequest,
  RateRequest,
  RejectRequest,
  sourceToV1,
  UpdateProcessingRequest,
} from '@shared/api';
import { pathParam, readBody, type EngineContext, type EngineEnv } from '../http/body';
import { sendFile, sendTexts } from '../http/sendFile';
import { notFound, ServiceError } from '../http/serviceError';
import { createProcessing, priceOf, sourceOfV1 } from '../processing/create';
import { featureCollection } from '../processing/result';
import type { Services } from '../services';
import type { ProcessingRow } from '../store';
import { pageOfProcessings } from './processingsPage';
import { wireAoi, wireParamsV2, wireProcessing } from './wire';

const geojson = { 'content-type': 'application/geo+json' } as const;

export function processingRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { processings, projects } = services.store;
  const v2 = (row: ProcessingRow): Record<string, unknown> => ({
    ...wireProcessing(row, services),
    params: wireParamsV2(row),
  });
  const v1 = (row: ProcessingRow): Record<string, unknown> => {
    const { rasterPassword: _, ...flat } = { rasterPassword: '', ...sourceToV1(row.params.sourceParams) };
    return { ...wireProcessing(row, services), params: flat };
  };
  /** Those of projects that are not archived. */
  const listed = (): readonly ProcessingRow[] =>
    processings.list().filter((row) => projects.get(row.projectId) !== null);

  function existing(context: EngineContext): ProcessingRow {
    const id = pathParam(context, 'processingId');
    const row = processings.get(id);
    if (!row) throw notFound('processing', id);
    return row;
  }

  function existingProject(context: EngineContext): string {
    const id = pathParam(context, 'projectId');
    if (!projects.get(id)) throw notFound('project', id);
    return id;
  }

  app.post('/processings/v2', async (context) => {
    const request = await readBody(context, CreateProcessingRequest);
    return context.json(v2(await createProcessing(request, services)));
  });
  app.post('/processings', async (context) => {
    const request = await readBody(context, CreateProcessingV1Request);
    const source = sourceOfV1(request.params ?? {});
    const projectId = request.projectId ?? projects.default('').id;
    const params = { sourceParams: source };
    return context.json(v1(await createProcessing({ ...request, projectId, params }, services)));
  });
  app.get('/processings/v2', (context) => context.json(listed().map(v2)));
  app.get('/processings', (context) => context.json(listed().map(v1)));
  app.get('/processings/:processingId/v2', (context) => context.json(v2(existing(context))));
  app.get('/processings/:processingId', (context) => context.json(v1(existing(context))));
  app.get('/projects/:projectId/processings/v2', (context) =>
    context.json(processings.list(existingProject(context)).map(v2)),
  );
  app.post('/projects/:projectId/processings/v2/page', async (context) => {
    const projectId = existingProject(context);
    const query = await readBody(context, ProcessingsPageRequest);
    const { results, total } = pageOfProcessings(processings.list(projectId), query, services);
    return context.json({ results: results.map(v2), total, count: results.length });
  });
  app.post('/processing/cost/v2', async (context) => {
    return context.json(priceOf(await readBody(context, CostRequest), services));
  });

  app.get('/processings/:processingId/result', async (context) => {
    const row = existing(context);
    if (row.status !== 'OK') throw new ServiceError(409, 'engine.ResultNotReady', { status: row.status });
    const aoiId = context.req.query('aoiId');
    if (aoiId === undefined) return sendFile(context.env.outgoing, services.files.result(row.id), geojson);
    const aoi = processings.aois(row.id).find(({ id }) => id === aoiId);
    if (!aoi) throw notFound('aoi', aoiId);
    const path = services.files.features(row.id, aoi.position);
    await stat(path);
    return sendTexts(context.env.outgoing, featureCollection([path]), geojson);
  });
  app.get('/processings/:processingId/aois', (context) => {
    const row = existing(context);
    return context.json(processings.aois(row.id).map((aoi) => wireAoi(aoi, row, services)));
  });

  const restart = (context: EngineContext): Response => {
    const row = existing(context);
    if (row.status !== 'FAILED') throw new ServiceError(400, 'engine.NotRestartable', { status: row.status });
    processings.restart(row.id);
    services.queue.wake();
    return context.json(v2(processings.get(row.id) ?? row));
  };
  app.post('/processings/:processingId/restart', restart);
  app.post('/processings/:processingId/restart/v2', restart);

  const update = async (context: EngineContext): Promise<Response> => {
    const row = existing(context);
    const change = await readBody(context, UpdateProcessingRequest);
    if (change.projectId !== undefined && !projects.get(change.projectId)) {
      throw notFound('project', change.projectId);
    }
    processings.update(row.id, change);
    return context.json(v2(processings.get(row.id) ?? row));
  };
  app.put('/processings/:processingId', update);
  app.put('/processings/:processingId/v2', update);
  app.delete('/processings/:processingId', async (context) => {
    const { id } = existing(context);
    services.tiles.forget(id);
    await services.queue.remove(id);
    return context.json({});
  });

  app.put('/processings/:processingId/rate', async (context) => {
    const row = existing(context);
    const { rating, feedback } = await readBody(context, RateRequest);
    processings.setRating(row.id, { rating, feedback: feedback ?? null });
    return context.json({});
  });
  app.put('/processings/:processingId/acceptation', (context) => {
    const row = finished(existing(context));
    processings.setReview(row.id, { reviewStatus: 'ACCEPTED', inReviewUntil: null, feedback: null });
    return context.json({});
  });
  app.put('/processings/:processingId/rejection', async (context) => {
    const row = finished(existing(context));
    const { comment } = await readBody(context, RejectRequest);
    processings.setReview(row.id, { reviewStatus: 'NOT_ACCEPTED', inReviewUntil: null, feedback: comment });
    return context.json({});
  });
}

/** Only a result can be judged. */
function finished(row: ProcessingRow): ProcessingRow {
  if (row.status !== 'OK') throw new ServiceError(409, 'engine.ResultNotReady', { status: row.status });
  return row;
}
