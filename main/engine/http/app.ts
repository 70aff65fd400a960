import { Hono } from 'hono';
import { imageRoutes } from '../routes/images';
import { layerRoutes } from '../routes/layers';
import { mosaicRoutes } from '../routes/mosaics';
import { processingRoutes } from '../routes/processings';
import { outlineRoutes } from '../routes/outlines';
import { projectRoutes } from '../routes/projects';
import { statsRoutes } from '../routes/stats';
import { storageRoutes } from '../routes/storage';
import { catalogRoutes } from '../routes/catalog';
import { userRoutes } from '../routes/user';
import type { Services } from '../services';
import type { EngineEnv } from './body';
import { guard } from './guard';
import { errorAnswer } from './respond';
import { ServiceError } from './serviceError';

/** The API, below `/rest`. */
export function createApp(services: Services, token: string): Hono<EngineEnv> {
  const app = new Hono<EngineEnv>().basePath('/rest');
  userRoutes(app, services);
  projectRoutes(app, services);
  imageRoutes(app, services);
  mosaicRoutes(app, services);
  storageRoutes(app, services);
  processingRoutes(app, services);
  statsRoutes(app, services);
  catalogRoutes(app, services);
  layerRoutes(app, services);
  const root = new Hono<EngineEnv>();
  root.use('*', guard(token));
  root.onError((error, context) => errorAnswer(error, context, services.log));
  root.notFound((context) => {
    const unknown = new ServiceError(404, 'NOT_FOUND', {}, `there is no ${context.req.path}`);
    return errorAnswer(unknown, context, services.log);
  });
  outlineRoutes(root, services);
  root.route('/', app);
  return root;
}
