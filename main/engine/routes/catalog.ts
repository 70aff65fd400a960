import type { Hono } from 'hono';
import { CatalogWireRequest } from '@shared/api';
import { pathParam, readBody, type EngineEnv } from '../http/body';
import { sendFile } from '../http/sendFile';
import { itemNotFound, ServiceError } from '../http/serviceError';
import { checkArea } from '../processing/area';
import { searchCatalog, type CatalogQuery } from '../catalog/search';
import type { Services } from '../services';

/** A share is 0–1 in the reference and 0–100 in the live service: what is above 1 can only be percent. */
function share(value: number | undefined, live: boolean): number | null {
  if (value === undefined) return null;
  return live || value > 1 ? value / 100 : value;
}

function moment(value: string | undefined): number | null {
  if (value === undefined) return null;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new ServiceError(400, 'BAD_REQUEST', {}, `${value} is not a date`);
  return time;
}

export function catalogRoutes(app: Hono<EngineEnv>, services: Services): void {
  app.post('/catalog/meta', async (context) => {
    // The plugin of the live service names itself; it expects the live service's page and percent.
    const live = context.req.header('x-plugin-version') !== undefined;
    const body = await readBody(context, CatalogWireRequest);
    const area = checkArea(body.aoi).reduce((sum, part) => sum + part.area, 0);
    const { aoiAreaLimit } = services.limits;
    if (area > aoiAreaLimit) {
      const params = { area: String(Math.round(area)), aoiAreaLimit: String(aoiAreaLimit) };
      throw new ServiceError(400, 'TOO_LARGE_PROCESSING', params);
    }
    const query: CatalogQuery = {
      aoi: body.aoi,
      from: moment(body.acquisitionDateFrom),
      to: moment(body.acquisitionDateTo),
      minResolution: body.minResolution ?? null,
      maxResolution: body.maxResolution ?? null,
      maxCloudCover: share(body.maxCloudCover, live),
      minOffNadir: body.minOffNadirAngle ?? null,
      maxOffNadir: body.maxOffNadirAngle ?? null,
      minOverlap: share(body.minAoiIntersectionPercent, live) ?? 0,
      products: (body.productTypes ?? []).map((type) => (/^mosaic$/i.test(type) ? 'Mosaic' : 'Scene')),
      providers: body.dataProviders ?? null,
      hideUnavailable: body.hideUnavailable ?? false,
      sortBy: body.sortBy,
      descending: body.sortOrder === 'DESC',
    };
    const found = await searchCatalog(query, services);
    const images = found.slice(body.offset, body.offset + body.limit);
    context.header('X-Total-Count', String(found.length));
    if (!live) return context.json(images);
    return context.json({ images, total: found.length, limit: body.limit, offset: body.offset });
  });

  app.get('/catalog/preview/:imageId', async (context) => {
    const id = pathParam(context, 'imageId');
    const scene = services.catalog.scene(id);
    if (!scene) throw itemNotFound('image', id);
    await services.catalog.prepare(scene);
    const path = services.files.preview(id, 'l');
    return sendFile(context.env.outgoing, path, { 'content-type': 'image/jpeg' });
  });
}
