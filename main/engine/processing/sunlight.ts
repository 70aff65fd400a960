import type { Geometry, SourceParamsRequest } from '@shared/api';
import { projectionFor } from '@shared/geo/crs';
import { badRequest } from '../http/serviceError';
import { centreOf } from '../imagery/profile';
import type { SourceImage } from '../imagery/mosaicSource';
import { sunPosition, timeOf } from '../imagery/sun';
import type { Services } from '../services';
import { describeLocal } from './imagery';
import { resolveImages } from './sources';

type Params = Readonly<Record<string, unknown>> | null | undefined;

/**
 * When the imagery was taken, as whoever starts a processing tells: `captured_at` among its inference parameters, an ISO 8601 time with
 * its zone. Null where nothing is told. Throws BAD_REQUEST for anything else.
 */
function capturedAt(params: Params): Date | null {
  const given = params?.['captured_at'];
  if (given === undefined || given === null) return null;
  const time = typeof given === 'string' ? timeOf(given) : null;
  if (!time)
    throw badRequest('inferenceParams.captured_at: a time with its zone, such as 2024-06-21T09:30:00Z');
  return time;
}

/** The images with the sun where a person's word puts it; without one as their files tell. */
export function inSunlight(images: readonly SourceImage[], params: Params): readonly SourceImage[] {
  const time = capturedAt(params);
  if (!time) return images;
  return images.map(({ path, profile }) => {
    const { geotransform, width, height } = profile;
    const projection = projectionFor(profile.system);
    const sun = projection && sunPosition(time, centreOf(geotransform, width, height, projection));
    return { path, profile: { ...profile, ...(sun ? { sun } : {}) } };
  });
}

/** Where the imagery of a request lies of which it is known where the sun stood. Throws what `resolveImages` does. */
export async function sunlitFootprints(
  source: SourceParamsRequest,
  params: Params,
  geometry: Geometry,
  services: Services,
): Promise<readonly Geometry[]> {
  if (capturedAt(params)) return [geometry];
  const local = source.userDefined?.sourceType.toUpperCase() === 'LOCAL' && source.userDefined;
  if (source.userDefined && !local) return [];
  const images = local ? [await describeLocal(local.url, services)] : resolveImages(services, source);
  return images.flatMap(({ profile, footprint }) => (profile.sun ? [footprint] : []));
}
