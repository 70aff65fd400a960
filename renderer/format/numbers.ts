import { m } from '@shared/i18n';
import { locale } from './locale';

/** At most so many significant digits, never in exponent form. */
export function formatNumber(value: number, maximumFractionDigits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits }).format(value);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return formatNumber(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** bytes in decimal units, as file managers and network figures count them: 17.9 MB */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? formatNumber(value) : threeDigits(value)} ${units[unit] ?? 'TB'}`;
}

/** bytes per second: 38 MB/s */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** m²: 640 m², 4.2 ha, 12.4 km² */
export function formatArea(squareMetres: number): string {
  if (squareMetres >= 1e6) return `${threeDigits(squareMetres / 1e6)} km²`;
  if (squareMetres >= 1e4) return `${threeDigits(squareMetres / 1e4)} ha`;
  return `${threeDigits(squareMetres)} m²`;
}

/** m: 4.2 m, 1.35 km */
export function formatLength(metres: number): string {
  return metres >= 1000 ? `${threeDigits(metres / 1000)} km` : `${threeDigits(metres)} m`;
}

/** m of ground a pixel: 0.13 m/px, 30 m/px */
export function formatGsd(metres: number): string {
  if (metres < 0.01) return `${formatNumber(metres * 1000, 2)} mm/px`;
  return `${formatNumber(metres, metres >= 10 ? 1 : metres >= 1 ? 2 : 3)} m/px`;
}

/** The number under the stroke of a map scale, rounded to what a reader can use: 1:2,000 */
export function formatScale(denominator: number): string {
  if (!Number.isFinite(denominator) || denominator <= 0) return '';
  const step = 10 ** Math.max(0, Math.floor(Math.log10(denominator)) - 1);
  return `1:${formatNumber(Math.round(denominator / step) * step)}`;
}

/** 0–1 as whole per cent; 100 % only when all is done. */
export function formatPercent(fraction: number): string {
  const percent = fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100));
  return `${percent} %`;
}

/** Seconds still to go, in words: "40 s left", "2 min left" */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 60) return m.ui_seconds_left({ value: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return m.ui_minutes_left({ value: Math.round(seconds / 60) });
  return m.ui_hours_left({ value: formatNumber(seconds / 3600, 1) });
}

/** Whole credits; a price is never shown lower than it is. */
export function formatCredits(credits: number): string {
  const whole = Math.ceil(credits);
  return m.ui_credits({ count: whole, text: formatNumber(whole) });
}

/** A value as it is typed and as a file has it: no grouping, no rounding beyond what a 32-bit float holds. */
export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(7)));
}

/** What was typed; a comma is a decimal point where there is no other. Null for what is no number. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replace(/\s/g, '');
  const normal = plain.includes('.') ? plain.replace(/,/g, '') : plain.replace(',', '.');
  if (normal === '') return null;
  const value = Number(normal);
  return Number.isFinite(value) ? value : null;
}

/** The denominator of a map scale as it is typed: "1:2,000", "2000", "1 : 2 000". Null for what is no scale. */
export function readScale(text: string): number | null {
  const denominator = text.includes(':') ? text.slice(text.indexOf(':') + 1) : text;
  const digits = denominator.replace(/[\s,.'’\u00a0\u202f]/g, '');
  if (!/^\d{1,10}$/.test(digits)) return null;
  const value = Number(digits);
  return value > 0 ? value : null;
}
