import type { Hono } from 'hono';
import { CreateMosaicRequest, UpdateMosaicRequest } from '@shared/api';
import { pathParam, readBody, type EngineContext, type EngineEnv } from '../http/body';
import { itemNotFound } from '../http/serviceError';
import type { Services } from '../services';
import type { MosaicRow } from '../store';
import { wireImageStatus, wireMosaic } from './wire';

export function existingMosaic(context: EngineContext, services: Services): MosaicRow {
  const id = pathParam(context, 'mosaicId');
  const mosaic = services.store.mosaics.get(id);
  if (!mosaic) throw itemNotFound('mosaic', id);
  return mosaic;
}

export function mosaicRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { mosaics, images } = services.store;

  app.post('/rasters/mosaic', async (context) => {
    const { name, tags } = await readBody(context, CreateMosaicRequest);
    return context.json(wireMosaic(mosaics.create(name, tags ?? []), services));
  });
  app.get('/rasters/mosaic', (context) => {
    const tags = context.req.queries('tags') ?? [];
    return context.json(mosaics.list(tags).map((mosaic) => wireMosaic(mosaic, services)));
  });
  app.get('/rasters/mosaic/:mosaicId', (context) =>
    context.json(wireMosaic(existingMosaic(context, services), services)),
  );
  app.put('/rasters/mosaic/:mosaicId', async (context) => {
    const mosaic = existingMosaic(context, services);
    mosaics.update(mosaic.id, await readBody(context, UpdateMosaicRequest));
    return context.json(wireMosaic(mosaics.get(mosaic.id) ?? mosaic, services));
  });
  app.delete('/rasters/mosaic/:mosaicId', async (context) => {
    const mosaic = existingMosaic(context, services);
    const members = images.ofMosaic(mosaic.id);
    mosaics.delete(mosaic.id);
    for (const image of members) await services.files.removeImage(image.id);
    return context.json({ message: 'Mosaic successfully deleted', mosaic_id: mosaic.id });
  });
  app.get('/rasters/mosaic/:mosaicId/status', (context) => {
    const mosaic = existingMosaic(context, services);
    const members = images.ofMosaic(mosaic.id);
    const count = (status: string): number => members.filter((image) => image.status === status).length;
    return context.json({
      mosaic_id: mosaic.id,
      total_images: members.length,
      ready_images: count('COMPLETED'),
      pending_images: count('PENDING'),
      in_progress_images: count('IN_PROGRESS'),
      failed_images: count('FAILED'),
      tiles_ready_images: members.filter((image) => image.tilesReady).length,
      images: members.map(wireImageStatus),
    });
  });
  app.delete('/rasters/mosaic/:mosaicId/failed', async (context) => {
    const mosaic = existingMosaic(context, services);
    const failed = images.ofMosaic(mosaic.id).filter(({ status }) => status === 'FAILED');
    for (const image of failed) {
      images.delete(image.id);
      await services.files.removeImage(image.id);
    }
    return context.json({
      message: 'Failed images deleted',
      count: failed.length,
      deleted_image_ids: failed.map(({ id }) => id),
    });
  });
}
