import { formatPercent } from '../../format/numbers';

/** How much more or less it is, in per cent of what it was; empty where that cannot be told. */
export function changeOf(from: number | null | undefined, to: number | null | undefined): string {
  if (from == null || to == null || from === 0) return '';
  const share = to / from - 1;
  const text = formatPercent(Math.abs(share));
  if (share === 0) return text;
  return `${share > 0 ? '+' : '−'}${text}`;
}
