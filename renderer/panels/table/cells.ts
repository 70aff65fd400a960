import { m } from '@shared/i18n';
import { formatNumber } from '../../format/numbers';

export type CellValue = string | number | boolean | null | undefined;

export const isNumeric = (value: CellValue): boolean => typeof value === 'number';

/** Numbers with at most three decimals, as far as a reader compares them; the export keeps them whole. */
export function cellText(value: CellValue): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? m.ui_yes() : m.ui_no();
  if (typeof value === 'number') return formatNumber(value, 3);
  return value;
}

/** px: what the field's name needs, and not too little for its values. */
export function columnWidth(field: string): number {
  return Math.min(260, Math.max(112, field.length * 8 + 40));
}
