import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sunOfMetadata, sunPosition, timeOf } from '../../../main/engine/imagery/sun';

test('the sun stands where the published example of the solar position algorithm has it', () => {
  // Reda and Andreas, NREL/TP-560-34302, appendix A.5: 17 October 2003, 12:30:30 at UTC-7; zenith angle 50.11°, azimuth 194.34°.
  const sun = sunPosition(new Date('2003-10-17T19:30:30Z'), [-105.1786, 39.742476]);
  expect(sun.azimuth).toBeCloseTo(194.34, 1);
  expect(sun.elevation).toBeCloseTo(90 - 50.11, 1);
});

test('at noon of the equinox the sun over the equator is overhead, at the poles on the horizon', () => {
  const noon = new Date('2024-03-20T12:07:00Z');
  expect(sunPosition(noon, [0, 0]).elevation).toBeGreaterThan(89);
  expect(Math.abs(sunPosition(noon, [0, 90]).elevation)).toBeLessThan(0.5);
});

test('in the morning it is in the east, in the evening in the west, at any place outside the tropics', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -179, max: 179 }),
      fc.integer({ min: 30, max: 60 }),
      fc.integer({ min: 0, max: 364 }),
      (longitude, latitude, day) => {
        const noon = Date.UTC(2023, 0, 1 + day, 12) - (longitude / 15) * 3_600_000;
        const at = (hours: number): number =>
          sunPosition(new Date(noon + hours * 3_600_000), [longitude, latitude]).azimuth;
        expect(at(-3)).toBeGreaterThan(0);
        expect(at(-3)).toBeLessThan(180);
        expect(at(3)).toBeGreaterThan(180);
      },
    ),
  );
});

const place = [14.4, 49] as const;

test.each<[string, Record<string, string>]>([
  ['Landsat’s names', { SUN_AZIMUTH: '155.5', SUN_ELEVATION: '47.25' }],
  ['Maxar’s names', { meanSunAz: '155.5', meanSunEl: '47.25' }],
  ['Planet’s names', { sun_azimuth: '155.5', sun_elevation: '47.25' }],
  ['a domain before the name', { 'IMAGERY:SunAzimuth': '155.5 deg', 'IMAGERY:SunElevation': '47.25°' }],
])('the sun’s angles are taken as they are told: %s', (_what, metadata) => {
  expect(sunOfMetadata(metadata, place)).toEqual({ azimuth: 155.5, elevation: 47.25 });
});

test.each<[string, Record<string, string>]>([
  ['one value', { ACQUISITION_DATETIME: '2023-06-21T10:30:00+01:00' }],
  ['a time of capture', { captured_at: '2023-06-21 09:30:00Z' }],
  ['a date and a time', { ACQUISITION_DATE: '2023-06-21', ACQUISITION_TIME: '09:30:00Z' }],
  ['GDAL’s item, which is in UTC', { 'IMAGERY:ACQUISITIONDATETIME': '2023-06-21 09:30:00' }],
])('the time is enough: %s', (_what, metadata) => {
  expect(sunOfMetadata(metadata, place)).toEqual(sunPosition(new Date('2023-06-21T09:30:00Z'), place));
});

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['when the file was written', { TIFFTAG_DATETIME: '2023:06:21 09:30:00' }],
  ['a time without its zone', { ACQUISITION_DATETIME: '2023-06-21T09:30:00' }],
  ['a date alone', { ACQUISITION_DATE: '2023-06-21' }],
  ['one angle', { SUN_AZIMUTH: '155' }],
  ['words', { SUN_AZIMUTH: 'south', SUN_ELEVATION: 'high', captured_at: 'noon' }],
])('nothing is made up from %s', (_what, metadata) => {
  expect(sunOfMetadata(metadata, place)).toBeNull();
});

test('times are read with their zones', () => {
  expect(timeOf('2024-02-29T23:59:59.5Z')?.toISOString()).toBe('2024-02-29T23:59:59.500Z');
  expect(timeOf('2024:02:29 10:00 +0545')?.toISOString()).toBe('2024-02-29T04:15:00.000Z');
  expect(timeOf('2024-13-40T10:00:00Z')).toBeNull();
});
