import type { Bandwidth } from '@shared/ipc/types';

const megabyte = 1_000_000;
/** bytes per second; less is a standstill */
const slowest = 1_000;

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The limits of the bandwidth as they are typed. */
export class BandwidthDraft {
  day = $state('');
  night = $state('');
  hasNight = $state(false);
  from = $state('22:00');
  to = $state('06:00');

  constructor(now: Bandwidth | null) {
    this.day = rateText(now?.limit ?? null);
    if (!now?.night) return;
    this.hasNight = true;
    this.from = clock(now.night.from);
    this.to = clock(now.night.to);
    this.night = rateText(now.night.limit);
  }

  isRate(text: string): boolean {
    return readRate(text) !== undefined;
  }

  /** Null while something cannot be understood. */
  get value(): Bandwidth | null {
    const limit = readRate(this.day);
    if (limit === undefined) return null;
    if (!this.hasNight) return { limit, night: null };
    const [from, to, atNight] = [readClock(this.from), readClock(this.to), readRate(this.night)];
    if (from === null || to === null || from === to || atNight === undefined) return null;
    return { limit, night: { from, to, limit: atNight } };
  }
}

function rateText(rate: number | null): string {
  return rate === null ? '' : String(rate / megabyte);
}

/** bytes per second; null for none, undefined for what is no number */
function readRate(text: string): number | null | undefined {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return null;
  const rate = Math.round(Number(trimmed) * megabyte);
  return Number.isFinite(rate) && rate >= slowest && rate <= 1e12 ? rate : undefined;
}

/** Minutes since midnight. */
function readClock(text: string): number | null {
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})/.exec(text) ?? [];
  const value = Number(hours) * 60 + Number(minutes);
  return hours !== '' && value < 1440 ? value : null;
}
