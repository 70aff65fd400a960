import type { Hono } from 'hono';
import type { EngineEnv } from '../http/body';
import { Intake } from '../imagery/intake';
import type { Services } from '../services';

const gigabyte = 1024 ** 3;
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The reference's names and the live service's. */
export function storageRoutes(app: Hono<EngineEnv>, services: Services): void {
  const intake = new Intake(services);
  app.get('/rasters/memory', async (context) => {
    const { used, limit, free } = await intake.usage();
    return context.json({
      used_bytes: used,
      limit_bytes: limit,
      used_gb: rounded(used / gigabyte),
      limit_gb: rounded(limit / gigabyte),
      usage_percent: limit === 0 ? 100 : rounded((used / limit) * 100),
      memoryLimit: limit,
      memoryUsed: used,
      memoryFree: free,
      maxUploadFileSize: services.limits.maxUploadFileSize,
      maxPixelCount: services.limits.maxPixelCount,
    });
  });
}
