import type { Hono } from 'hono';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { LinkImageRequest } from '@shared/api';
import { pathParam, readBody, readQuery, type EngineContext, type EngineEnv } from '../http/body';
import { sendFile } from '../http/sendFile';
import { itemNotFound, ServiceError } from '../http/serviceError';
import { Intake } from '../imagery/intake';
import type { Services } from '../services';
import type { ImageRow } from '../store';
import { existingMosaic } from './mosaics';
import { wireImage, wireImageStatus } from './wire';

const uploaded = 'Files successfully uploaded';
const mosaicName = z.string().min(1).max(255);
const imageName = z.string().trim().min(1).max(255);

export function imageRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { images, mosaics } = services.store;
  const intake = new Intake(services);

  function existing(context: EngineContext): ImageRow {
    const id = pathParam(context, 'imageId');
    const image = images.get(id);
    if (!image) throw itemNotFound('image', id);
    return image;
  }
  const receipt = (image: ImageRow, message: string): Record<string, unknown> => ({
    ...wireImage(image, services),
    message,
  });

  // Before the route with a mosaic's id, which would take `image` for one.
  app.post('/rasters/mosaic/image', async (context) => {
    const name = readQuery(context, 'name', mosaicName);
    const tags = (context.req.queries('tags') ?? []).filter((tag) => tag !== '');
    const image = await intake.receive(context.env.incoming, () => mosaics.create(name, tags).id);
    return context.json(receipt(image, uploaded));
  });
  app.post('/rasters/mosaic/:mosaicId/image', async (context) => {
    const mosaic = existingMosaic(context, services);
    const image = await intake.receive(context.env.incoming, () => mosaic.id);
    return context.json(receipt(image, uploaded));
  });
  app.post('/rasters/mosaic/:mosaicId/link-image', async (context) => {
    const mosaic = existingMosaic(context, services);
    const { url } = await readBody(context, LinkImageRequest);
    const image = await intake.link(url, mosaic.id);
    return context.json(receipt(image, 'File successfully linked to a mosaic'));
  });
  app.get('/rasters/mosaic/:mosaicId/image', (context) => {
    const mosaic = existingMosaic(context, services);
    const available = images.ofMosaic(mosaic.id).filter(({ status }) => status !== 'FAILED');
    return context.json(available.map((image) => wireImage(image, services)));
  });
  app.get('/rasters/image/:imageId', (context) => context.json(wireImage(existing(context), services)));
  app.put('/rasters/image/:imageId', (context) => {
    const image = existing(context);
    images.rename(image.id, readQuery(context, 'name', imageName));
    return context.json(wireImage(images.get(image.id) ?? image, services));
  });
  app.delete('/rasters/image/:imageId', async (context) => {
    const image = existing(context);
    images.delete(image.id);
    await services.files.removeImage(image.id);
    return context.json({ message: 'Image successfully deleted' });
  });
  app.get('/rasters/image/:imageId/status', (context) => context.json(wireImageStatus(existing(context))));
  app.get('/rasters/image/:imageId/preview/:size', async (context) => {
    const image = existing(context);
    const size = pathParam(context, 'size');
    if (size !== 's' && size !== 'l') throw new ServiceError(404, 'PreviewNotFound', { size });
    const path = services.files.preview(image.id, size);
    const there = await stat(path).catch(() => null);
    if (!there) throw new ServiceError(404, 'PreviewNotFound', { uid: image.id });
    return sendFile(context.env.outgoing, path, { 'content-type': 'image/jpeg' });
  });
}
