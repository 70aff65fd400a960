import type { Hono } from 'hono';
import { m } from '@shared/i18n';
import type { EngineEnv } from '../http/body';
import type { Services } from '../services';
import { localUser, wireModel } from './wire';

/** The flat form of the live service, and the reference's nested user beside it. */
export function userRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { limits, store, models } = services;
  app.get('/user/status', (context) => {
    const spent = store.processings.spent();
    const remainingCredits = Math.max(0, limits.credits - spent.credits);
    return context.json({
      user: { ...localUser, credits: remainingCredits },
      email: localUser.email,
      billingType: 'CREDITS',
      remainingCredits,
      processedArea: Math.round(spent.area),
      remainingArea: Math.max(0, Math.round(limits.areaLimit - spent.area)),
      areaLimit: limits.areaLimit,
      maxAoisPerProcessing: limits.maxAois,
      memoryLimit: limits.memoryLimit,
      models: models.list().map((model) => wireModel(model, services)),
      teams: [],
      dataProviders: [],
      searchDataProviders: [
        { provider: 'my_imagery_images', displayName: m.engine_my_images() },
        { provider: 'my_imagery_mosaics', displayName: m.engine_my_mosaics() },
        ...services.catalog.folders(),
      ].map(({ provider, displayName }) => ({
        id: provider,
        name: provider,
        displayName,
        price: [],
        previewUrl: null,
        previewUrlMaxZoom: null,
        minAreaSqKm: 0,
      })),
      reviewWorkflowEnabled: false,
      notice: m.engine_credits_are_symbolic(),
    });
  });
  app.get('/version', (context) => context.text('0.0.0'));
}
