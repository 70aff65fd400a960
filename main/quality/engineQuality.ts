import type { FeatureCollection, Polygon } from 'geojson';
import { AppError } from '@shared/errors';
import type { OutlineCounts, OutlinePreview, QualityState } from '@shared/ipc/quality';
import type { LonLatBox } from '@shared/ipc/types';

/** Where the engine answers; throws `engine.*` while it does not run. */
export type EndpointOf = () => Promise<{ readonly baseUrl: string; readonly token: string }>;

interface Layer {
  readonly bounds: LonLatBox;
  readonly threshold: number;
  readonly levels: number;
  readonly metresPerPixel: number;
}

/** What the local engine offers beyond the API: probabilities, and results at other thresholds. */
export class EngineQuality {
  constructor(private readonly endpoint: EndpointOf) {}

  async state(processingId: string): Promise<QualityState> {
    let answer: Response;
    try {
      answer = await this.#ask(processingId, 'probabilities.json');
    } catch (error) {
      return { kind: 'not_now', reason: error instanceof AppError ? error.kind : 'quality.engine_away' };
    }
    if (answer.status === 404) return { kind: 'never', reason: 'quality.forgotten' };
    if (answer.status === 409) return { kind: 'not_now', reason: 'quality.not_ended' };
    if (!answer.ok) return { kind: 'never', reason: 'quality.no_probabilities' };
    const { threshold, levels, bounds, metresPerPixel } = (await answer.json()) as Layer;
    return { kind: 'ready', threshold, levels, bounds, metresPerPixel };
  }

  async preview(
    processingId: string,
    threshold: number,
    box: readonly number[],
    signal: AbortSignal,
  ): Promise<OutlinePreview> {
    const query = `outlines?threshold=${threshold}&bbox=${box.join(',')}`;
    const answer = await this.#need(processingId, query, signal);
    const outlines = (await answer.json()) as FeatureCollection<Polygon>;
    return { outlines, metresPerPixel: Number(answer.headers.get('x-metres-per-pixel')) };
  }

  async counts(processingId: string, threshold: number, signal?: AbortSignal): Promise<OutlineCounts> {
    const answer = await this.#need(processingId, `outlines/summary?threshold=${threshold}`, signal);
    const { features, area } = (await answer.json()) as { features: number; area: number };
    return { featureCount: features, area };
  }

  /** GeoJSON, streamed. */
  async outlines(processingId: string, threshold: number): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#need(processingId, `outlines?threshold=${threshold}`);
    if (!answer.body) throw new AppError('quality.engine_away');
    return answer.body;
  }

  /** A PNG; null where nothing is likely. */
  async tile(processingId: string, z: number, x: number, y: number): Promise<Uint8Array | null> {
    const answer = await this.#need(processingId, `probabilities/${z}/${x}/${y}.png`);
    return answer.status === 204 ? null : new Uint8Array(await answer.arrayBuffer());
  }

  async #need(processingId: string, path: string, signal?: AbortSignal): Promise<Response> {
    const answer = await this.#ask(processingId, path, signal);
    if (answer.ok) return answer;
    const details = `${answer.status} ${await answer.text()}`;
    throw new AppError(answer.status === 404 ? 'quality.forgotten' : 'quality.failed', {}, { details });
  }

  async #ask(processingId: string, path: string, signal?: AbortSignal): Promise<Response> {
    const { baseUrl, token } = await this.endpoint();
    const url = new URL(`/engine/processings/${encodeURIComponent(processingId)}/${path}`, baseUrl);
    try {
      return await fetch(url, {
        headers: { authorization: `Bearer ${token}` },
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new AppError('quality.engine_away', {}, { details: String(error), cause: error });
    }
  }
}
