import { formatNumber } from '../../format/numbers';

/** How much more or less it is, in whole per cent of what it was; empty where that cannot be told. */
export function changeOf(from: number | null | undefined, to: number | null | undefined): string {
  if (from == null || to == null || from === 0) return '';
  const percent = Math.round((to / from - 1) * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${formatNumber(Math.abs(percent))}\u00a0%`;
}
