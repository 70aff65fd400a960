import { z } from 'zod';
import { number } from './wire';

/** Bytes of uploaded imagery. A limit of null is unknown or absent: nothing is checked against it. */
export interface StorageUsage {
  readonly usedBytes: number;
  readonly limitBytes: number | null;
  readonly freeBytes: number | null;
  readonly maxUploadFileSize: number | null;
  /** px, the longest side of an image */
  readonly maxPixelCount: number | null;
}

/** `GET /rasters/memory`: the reference's names and the live service's. */
export const StorageResponse = z
  .looseObject({
    used_bytes: number,
    limit_bytes: number,
    used_gb: number,
    limit_gb: number,
    usage_percent: number,
    memoryLimit: number,
    memoryUsed: number,
    memoryFree: number,
    maxUploadFileSize: number,
    maxPixelCount: number,
  })
  .refine((wire) => wire.used_bytes !== null || wire.memoryUsed !== null, { error: 'no usage is given' })
  .transform((wire): StorageUsage => {
    const usedBytes = wire.memoryUsed ?? wire.used_bytes ?? 0;
    const limitBytes = wire.memoryLimit ?? wire.limit_bytes;
    return {
      usedBytes,
      limitBytes,
      freeBytes: wire.memoryFree ?? (limitBytes === null ? null : Math.max(0, limitBytes - usedBytes)),
      maxUploadFileSize: wire.maxUploadFileSize,
      maxPixelCount: wire.maxPixelCount,
    };
  });
