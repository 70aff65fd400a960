import { z } from 'zod';
import { noLimits, type BandwidthLimits } from './bandwidth';

const rate = z.number().int().min(1_000).max(1e12).nullable();
const minute = z.number().int().min(0).max(1439);
const schema = z.object({
  limit: rate,
  night: z.object({ from: minute, to: minute, limit: rate }).nullable(),
});

const key = 'uploads.bandwidth';

/** The limits as they are kept, read once and then from memory: they are asked for with every portion. */
export class BandwidthSettings {
  readonly #store: { get(key: string): unknown; set(key: string, value: unknown): void };
  #limits: BandwidthLimits;

  constructor(store: { get(key: string): unknown; set(key: string, value: unknown): void }) {
    this.#store = store;
    const kept = schema.safeParse(store.get(key));
    this.#limits = kept.success ? kept.data : noLimits;
  }

  get(): BandwidthLimits {
    return this.#limits;
  }

  set(limits: BandwidthLimits): BandwidthLimits {
    this.#limits = schema.parse(limits);
    this.#store.set(key, this.#limits);
    return this.#limits;
  }
}
