import type { OutlineCounts, OutlinePreview, QualityFacts } from '@shared/ipc/quality';
import type { AreaHandlers } from './handle';

export interface QualityPort {
  facts(processingId: string): Promise<QualityFacts>;
  preview(processingId: string, threshold: number, box: readonly number[]): Promise<OutlinePreview | null>;
  counts(processingId: string, threshold: number): Promise<OutlineCounts | null>;
  rest(): void;
  keep(processingId: string, threshold: number): Promise<QualityFacts>;
  use(processingId: string, version: number): Promise<QualityFacts>;
  remove(processingId: string, version: number): Promise<QualityFacts>;
}

export function qualityHandlers(quality: QualityPort): AreaHandlers<'quality'> {
  return {
    'quality.facts': ({ processingId }) => quality.facts(processingId),
    'quality.preview': ({ processingId, threshold, box }) => quality.preview(processingId, threshold, box),
    'quality.counts': ({ processingId, threshold }) => quality.counts(processingId, threshold),
    'quality.rest': () => quality.rest(),
    'quality.keep': ({ processingId, threshold }) => quality.keep(processingId, threshold),
    'quality.use': ({ processingId, version }) => quality.use(processingId, version),
    'quality.remove': ({ processingId, version }) => quality.remove(processingId, version),
  };
}

/** Draws probabilities: a PNG, or null where nothing is likely. */
export interface ProbabilityTiles {
  tile(processingId: string, z: number, x: number, y: number): Promise<Uint8Array | null>;
}

/** Answers for `/probabilities/{id}/{z}/{x}/{y}`: the picture, 204 where there is none, 503 where it cannot be had. */
export async function serveProbabilityTile(tiles: ProbabilityTiles, url: string): Promise<Response | null> {
  const match = /^\/probabilities\/([\w-]{1,64})\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})$/.exec(
    new URL(url).pathname,
  );
  if (!match) return null;
  const [, id = '', z, x, y] = match;
  try {
    const png = await tiles.tile(id, Number(z), Number(x), Number(y));
    if (!png) return new Response(null, { status: 204 });
    return new Response(new Uint8Array(png), {
      headers: {
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
        'cache-control': 'no-store',
      },
    });
  } catch {
    return new Response(null, { status: 503 });
  }
}
