import { expect, test } from 'vitest';
import { formatDms, formatLonLat } from '../../../renderer/format/coordinates';
import {
  formatArea,
  formatBytes,
  formatCredits,
  formatGsd,
  formatLength,
  formatPercent,
  formatScale,
  formatTimeLeft,
} from '../../../renderer/format/numbers';
import { formatRelativeTime } from '../../../renderer/format/time';
import { scaleBar } from '../../../renderer/map/scaleBar';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [17_889_368, '17.9 MB'],
  [308_412_331, '308 MB'],
  [999_700_000, '1 GB'],
  [5e15, '5,000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [640, '640 m²'],
  [42_000, '4.2 ha'],
  [12_400_000, '12.4 km²'],
])('%d square metres are %s', (area, text) => {
  expect(formatArea(area)).toBe(text);
});

test.each([
  [4.216, '4.22 m'],
  [999, '999 m'],
  [1350, '1.35 km'],
])('%d metres are %s', (metres, text) => {
  expect(formatLength(metres)).toBe(text);
});

test.each([
  [0.005, '5 mm/px'],
  [0.1304, '0.13 m/px'],
  [1.5, '1.5 m/px'],
  [30, '30 m/px'],
])('a pixel of %d m is %s', (metres, text) => {
  expect(formatGsd(metres)).toBe(text);
});

test.each([
  [1987, '1:2,000'],
  [23_456, '1:23,000'],
  [7, '1:7'],
  [Infinity, ''],
])('a scale of %d reads %s', (denominator, text) => {
  expect(formatScale(denominator)).toBe(text);
});

test('100 % is said only when all is done', () => {
  expect(formatPercent(0.9999)).toBe('99 %');
  expect(formatPercent(1)).toBe('100 %');
  expect(formatPercent(0)).toBe('0 %');
});

test('time left is never nothing', () => {
  expect(formatTimeLeft(0.2)).toContain('1 s');
  expect(formatTimeLeft(118)).toContain('2 min');
  expect(formatTimeLeft(5400)).toContain('1.5 h');
});

test('a price is never shown lower than it is', () => {
  expect(formatCredits(11.2)).toBe('12 credits');
  expect(formatCredits(1)).toBe('1 credit');
  expect(formatCredits(1240)).toBe('1,240 credits');
});

test.each([
  [85.521, 27.7221, '27.72210° N  85.52100° E'],
  [-70.5, -33.45, '33.45000° S  70.50000° W'],
])('%d, %d in degrees', (lon, lat, text) => {
  expect(formatLonLat(lon, lat)).toBe(text);
});

test('degrees, minutes and seconds carry over', () => {
  expect(formatDms(85.521, 27.7221)).toBe('27°43′19.6″ N  85°31′15.6″ E');
  expect(formatDms(-0.99999999, 59.999999)).toBe('60°00′00.0″ N  1°00′00.0″ W');
});

test.each([
  ['2026-05-01T12:00:00Z', 'now'],
  ['2026-05-01T11:57:00Z', '3 minutes ago'],
  ['2026-04-30T12:00:00Z', 'yesterday'],
  ['not a time', ''],
])('%s is %s', (iso, text) => {
  expect(formatRelativeTime(iso, Date.parse('2026-05-01T12:00:10Z'))).toBe(text);
});

test('the scale bar is the longest round length that fits', () => {
  expect(scaleBar(1, 120)).toEqual({ width: 100, text: '100 m' });
  expect(scaleBar(0.5, 120)?.text).toBe('50 m');
  expect(scaleBar(20, 120)).toEqual({ width: 100, text: '2 km' });
  expect(scaleBar(0, 120)).toBeNull();
});
