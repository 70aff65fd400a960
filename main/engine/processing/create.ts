import type { z } from 'zod';
import type { CostRequest, CreateProcessingRequest, SourceParamsRequest } from '@shared/api';
import { blockOfKind } from '../localData/index';
import { badRequest, notFound, ServiceError } from '../http/serviceError';
import type { Services } from '../services';
import type { ProcessingRow } from '../store';
import { checkArea } from './area';
import { checkImagery } from './imagery';
import { chosenBlocks, costOf } from './cost';
import { sunlitFootprints } from './sunlight';
import { castsShadows } from '../blocks/shadows';

/** Checks a request as far as can be known now, prices it and puts it into the queue. */
export async function createProcessing(
  request: z.output<typeof CreateProcessingRequest>,
  services: Services,
): Promise<ProcessingRow> {
  const { store, limits } = services;
  if (!store.projects.get(request.projectId)) throw notFound('project', request.projectId);
  const model = services.models.find(request.wdId ?? request.wdName ?? '');
  const blocks = chosenBlocks(model, request.blocks);
  const enabled = blocks.filter((block) => block.enabled).map(({ name }) => name);
  await services.localData.settled();
  const { sourceParams, inferenceParams } = request.params;
  const sunlit =
    enabled.includes(blockOfKind.surface) && castsShadows(model.detector)
      ? await sunlitFootprints(sourceParams, inferenceParams, request.geometry, services)
      : null;
  for (const name of enabled) services.localData.check(name, request.geometry, sunlit);
  const aois = checkArea(request.geometry);
  const area = aois.reduce((sum, aoi) => sum + aoi.area, 0);
  checkLimits(aois.length, area, services);
  await checkImagery(sourceParams, request.geometry, model, services);

  const cost = costOf(model, blocks, area);
  const remaining = limits.credits - store.processings.spent().credits;
  if (cost > remaining) throw new ServiceError(400, 'engine.NotEnoughCredits', { cost, remaining });
  if (store.processings.countUnfinished() >= limits.maxUnfinished) {
    throw new ServiceError(429, 'engine.TooManyProcessings', { limit: limits.maxUnfinished });
  }
  const password = sourceParams.userDefined?.rasterPassword;
  const sealedPassword = password ? await services.sealing.seal(password) : null;
  const row = store.processings.create({
    projectId: request.projectId,
    name: request.name,
    description: request.description ?? '',
    modelId: model.info.id,
    geometry: request.geometry,
    params: {
      sourceParams: withoutPassword(sourceParams),
      inferenceParams: inferenceParams ?? null,
    },
    blocks,
    meta: request.meta ?? {},
    area,
    cost,
    sealedPassword,
    aois,
  });
  services.queue.wake();
  return row;
}

/** Credits. Asks nothing of the imagery, as the service does. */
export function priceOf(request: z.output<typeof CostRequest>, services: Services): number {
  const model = services.models.find(request.wdId ?? request.wdName ?? '');
  const area = request.geometry
    ? checkArea(request.geometry).reduce((sum, aoi) => sum + aoi.area, 0)
    : (request.areaSqKm ?? 0) * 1_000_000;
  return costOf(model, chosenBlocks(model, request.blocks), area);
}

/** The source of an old flat request. */
export function sourceOfV1(params: Readonly<Record<string, string>>): SourceParamsRequest {
  const zoom = params.zoom === undefined ? {} : { zoom: Number(params.zoom) };
  if (params.data_provider) return { dataProvider: { providerName: params.data_provider, ...zoom } };
  const imageIds = (params.image_ids ?? params.image_id)?.split(',').map((id) => id.trim());
  if (params.mosaic_id !== undefined || imageIds !== undefined) {
    const mosaic = params.mosaic_id === undefined ? {} : { mosaicId: params.mosaic_id };
    return { myImagery: { ...mosaic, ...(imageIds ? { imageIds } : {}) } };
  }
  if (params.url === undefined) throw badRequest('params: no source is named');
  return {
    userDefined: {
      sourceType: params.source_type ?? 'XYZ',
      url: params.url,
      ...zoom,
      ...(params.crs === undefined ? {} : { crs: params.crs }),
      ...(params.raster_login === undefined ? {} : { rasterLogin: params.raster_login }),
      ...(params.raster_password === undefined ? {} : { rasterPassword: params.raster_password }),
    },
  };
}

function checkLimits(count: number, area: number, { limits }: Services): void {
  if (count > limits.maxAois) {
    throw new ServiceError(400, 'engine.TooManyAois', { aoi_count: count, max_aois: limits.maxAois });
  }
  if (area > limits.aoiAreaLimit) {
    throw new ServiceError(400, 'TOO_LARGE_PROCESSING', {
      area: String(Math.round(area)),
      aoiAreaLimit: String(limits.aoiAreaLimit),
    });
  }
}

/** A password is kept sealed and apart from what is given back. */
function withoutPassword(source: SourceParamsRequest): SourceParamsRequest {
  if (!source.userDefined) return source;
  const { rasterPassword: _, ...rest } = source.userDefined;
  return { ...source, userDefined: rest };
}
