import { AppError } from '@shared/errors';
import type {
  OutlineCounts,
  OutlinePreview,
  QualityFacts,
  QualityState,
  ResultVersion,
} from '@shared/ipc/quality';
import type { Processing, ResultSummary } from '@shared/ipc/types';
import type { VersionRecord } from '@shared/library/records';
import type { EngineQuality } from './engineQuality';

export interface QualityPorts {
  readonly engine: Pick<EngineQuality, 'state' | 'preview' | 'counts' | 'outlines'>;
  readonly kept: {
    get(processingId: string): Processing;
    /** The result as it came. */
    original(processingId: string): ResultSummary | null;
    versions(processingId: string): readonly VersionRecord[];
    keepVersion(
      processingId: string,
      wanted: {
        readonly threshold: number;
        readonly area: number;
        readonly body: AsyncIterable<Uint8Array>;
      },
    ): Promise<void>;
    useVersion(processingId: string, number: number): void;
    removeVersion(processingId: string, number: number): Promise<void>;
  };
  /** The account whose server is the local engine. */
  readonly localAccount: string;
}

/** Results at other thresholds: tried in the engine, kept here. Of several questions of one kind the latest counts. */
export class Quality {
  readonly #ports: QualityPorts;
  readonly #previews = new Latest();
  readonly #counts = new Latest();
  /** By processing: what its result as it came adds up to, m². */
  readonly #areas = new Map<string, number>();

  constructor(ports: QualityPorts) {
    this.#ports = ports;
  }

  /** Which versions there are is known without the engine; whether there can be more only it can tell. */
  async facts(processingId: string): Promise<QualityFacts> {
    const state = await this.#state(processingId);
    return { processingId, state, versions: this.#versions(processingId) };
  }

  preview(processingId: string, threshold: number, box: readonly number[]): Promise<OutlinePreview | null> {
    return this.#previews.run((signal) => this.#ports.engine.preview(processingId, threshold, box, signal));
  }

  async counts(processingId: string, threshold: number): Promise<OutlineCounts | null> {
    const counts = await this.#counts.run((signal) =>
      this.#ports.engine.counts(processingId, threshold, signal),
    );
    return counts;
  }

  /** Gives up what is being asked for. */
  rest(): void {
    this.#previews.cancel();
    this.#counts.cancel();
  }

  /** Throws `quality.no_result`, `quality.failed`, `engine.*`, and what keeping a result throws. */
  async keep(processingId: string, threshold: number): Promise<QualityFacts> {
    const { engine, kept } = this.#ports;
    if (kept.get(processingId).resultState !== 'ready') throw new AppError('quality.no_result');
    const known = kept.versions(processingId).find((version) => version.threshold === threshold);
    if (known) kept.useVersion(processingId, known.number);
    else {
      const { area } = await engine.counts(processingId, threshold);
      const body = await engine.outlines(processingId, threshold);
      await kept.keepVersion(processingId, { threshold, area, body });
    }
    return this.facts(processingId);
  }

  async use(processingId: string, version: number): Promise<QualityFacts> {
    this.#ports.kept.useVersion(processingId, version);
    return this.facts(processingId);
  }

  /** Deletes a version; the result as it came has number 0 and is none. */
  async remove(processingId: string, version: number): Promise<QualityFacts> {
    await this.#ports.kept.removeVersion(processingId, version);
    return this.facts(processingId);
  }

  async #state(processingId: string): Promise<QualityState> {
    const { engine, localAccount, kept } = this.#ports;
    const { accountId } = kept.get(processingId);
    if (accountId !== localAccount) return { kind: 'never', reason: 'quality.elsewhere' };
    const state = await engine.state(processingId);
    if (state.kind === 'ready' && !this.#areas.has(processingId)) {
      const counts = await engine.counts(processingId, state.threshold).catch(() => null);
      if (counts) this.#areas.set(processingId, counts.area);
    }
    return state;
  }

  #versions(processingId: string): readonly ResultVersion[] {
    const { kept } = this.#ports;
    const original = kept.original(processingId);
    if (!original) return [];
    const chosen = kept.versions(processingId);
    const first: ResultVersion = {
      number: 0,
      threshold: null,
      featureCount: original.featureCount,
      area: this.#areas.get(processingId) ?? null,
      createdAt: null,
      current: !chosen.some(({ current }) => current),
    };
    const others = chosen.map(({ number, threshold, area, result, createdAt, current }) => ({
      number,
      threshold,
      featureCount: result.featureCount,
      area,
      createdAt,
      current,
    }));
    return [first, ...others];
  }
}

/** Of several runs the latest counts: the one before is given up and answers null. */
class Latest {
  #running: AbortController | null = null;

  cancel(): void {
    this.#running?.abort();
    this.#running = null;
  }

  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    try {
      const value = await work(running.signal);
      return running.signal.aborted ? null : value;
    } catch (error) {
      if (running.signal.aborted) return null;
      throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }
}
