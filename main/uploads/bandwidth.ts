import type { Bandwidth as BandwidthLimits } from '@shared/ipc/types';

export type { BandwidthLimits };

export const noLimits: BandwidthLimits = { limit: null, night: null };

/** The limit that holds at a time, in bytes per second; null for none. */
export function limitAt({ limit, night }: BandwidthLimits, date: Date): number | null {
  if (!night) return limit;
  const minute = date.getHours() * 60 + date.getMinutes();
  const isNight =
    night.from <= night.to
      ? minute >= night.from && minute < night.to
      : minute >= night.from || minute < night.to;
  return isNight ? night.limit : limit;
}

/** bytes that are sent in one go while there is a limit, so that they flow evenly */
const portion = 32 * 1024;
/** ms after which a changed limit is noticed at the latest */
const longestWait = 1_000;

/**
 * One bucket of tokens for all uploads together: it fills at the limit's rate and holds what flows in a quarter of a second. Without
 * a limit it costs nothing.
 */
export class Bandwidth {
  readonly #limits: () => BandwidthLimits;
  readonly #now: () => number;
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** bytes that may be sent now; below zero when they were sent ahead */
  #tokens = 0;
  #filledAt: number;

  constructor(ports: {
    readonly limits: () => BandwidthLimits;
    readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
    /** ms, monotonic */
    readonly now?: () => number;
  }) {
    this.#limits = ports.limits;
    this.#pause = ports.pause;
    this.#now = ports.now ?? (() => performance.now());
    this.#filledAt = this.#now();
  }

  /** How many of so many bytes may be sent now, once any may: a portion while there is a limit. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<number> {
    for (;;) {
      const rate = limitAt(this.#limits(), new Date());
      if (rate === null) return bytes;
      const wait = this.#fill(rate);
      if (wait <= 0) break;
      await this.#pause(Math.min(wait, longestWait), signal);
    }
    const part = Math.min(bytes, portion);
    this.#tokens -= part;
    return part;
  }

  /** ms until something may be sent */
  #fill(rate: number): number {
    const now = this.#now();
    const added = ((now - this.#filledAt) * rate) / 1000;
    this.#tokens = Math.min(rate / 4, this.#tokens + added);
    this.#filledAt = now;
    return this.#tokens > 0 ? 0 : Math.ceil((1 - this.#tokens) / (rate / 1000));
  }
}
