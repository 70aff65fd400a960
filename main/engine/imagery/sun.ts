/** Where the sun stood when a picture was taken: told by the file itself, or computed from the time it tells. */

export interface Sun {
  /** degrees from north, clockwise, of the direction towards the sun */
  readonly azimuth: number;
  /** degrees above the horizon */
  readonly elevation: number;
}

const radians = Math.PI / 180;

/**
 * The sun over a place at a time, without refraction: within 0.1° while it stands higher than 10°. Source: J. Meeus, Astronomical
 * Algorithms, chapters 25 and 28 (the low accuracy), as NOAA's solar calculator uses them.
 */
export function sunPosition(time: Date, [longitude, latitude]: readonly [number, number]): Sun {
  const days = time.getTime() / 86_400_000 + 2_440_587.5 - 2_451_545;
  const t = days / 36_525;
  const sin = (degrees: number): number => Math.sin(degrees * radians);
  const cos = (degrees: number): number => Math.cos(degrees * radians);

  const meanLongitude = 280.46646 + t * (36_000.76983 + 0.0003032 * t);
  const anomaly = 357.52911 + t * (35_999.05029 - 0.0001537 * t);
  const eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
  const centre =
    sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
    sin(2 * anomaly) * (0.019993 - 0.000101 * t) +
    sin(3 * anomaly) * 0.000289;
  const node = 125.04 - 1934.136 * t;
  const ecliptic = meanLongitude + centre - 0.00569 - 0.00478 * sin(node);
  const tilt = 23.4392911 - 0.0130042 * t + 0.00256 * cos(node);
  const declination = Math.asin(sin(tilt) * sin(ecliptic)) / radians;

  const y = Math.tan((tilt / 2) * radians) ** 2;
  const equation =
    (y * sin(2 * meanLongitude) -
      2 * eccentricity * sin(anomaly) +
      4 * eccentricity * y * sin(anomaly) * cos(2 * meanLongitude) -
      0.5 * y * y * sin(4 * meanLongitude) -
      1.25 * eccentricity * eccentricity * sin(2 * anomaly)) /
    radians;
  const dayDegrees = ((time.getTime() % 86_400_000) / 86_400_000) * 360;
  const hour = dayDegrees + equation + longitude - 180;

  const up = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour);
  const west = Math.atan2(
    sin(hour) * cos(declination),
    cos(hour) * cos(declination) * sin(latitude) - sin(declination) * cos(latitude),
  );
  return {
    azimuth: (((west / radians + 180) % 360) + 360) % 360,
    elevation: Math.asin(Math.max(-1, Math.min(1, up))) / radians,
  };
}

const azimuthNames = /^(MEAN)?(SUN|SOLAR)AZ(IMUTH)?(ANGLE)?$/;
const elevationNames = /^(MEAN)?(SUN|SOLAR)EL(EV|EVATION)?(ANGLE)?$/;
const instantNames = /^(ACQUISITION|ACQUIRED|CAPTURE|CAPTURED|SENSING)(AT|TIME|DATE|DATETIME)?$/;
const dateNames = /^(ACQUISITION|CAPTURE|SENSING)DATE$/;
const timeNames = /^(ACQUISITION|CAPTURE|SENSING)TIME$/;

/**
 * The sun as a file's metadata tell it over a place: by its angles, or by the time of the picture. Null where they tell neither. The TIFF
 * tag DateTime does not count: it says when the file was written, and in which zone it does not say.
 */
export function sunOfMetadata(
  metadata: Readonly<Record<string, string>>,
  place: readonly [number, number],
): Sun | null {
  const items = Object.entries(metadata).map(
    ([name, value]) =>
      [
        name
          .replace(/^.*:/, '')
          .toUpperCase()
          .replace(/[^A-Z]/g, ''),
        value.trim(),
      ] as const,
  );
  const valueOf = (names: RegExp): string => items.find(([name]) => names.test(name))?.[1] ?? '';
  const [azimuth, elevation] = [angle(valueOf(azimuthNames)), angle(valueOf(elevationNames))];
  if (azimuth !== null && elevation !== null) return { azimuth, elevation };
  // GDAL's own item for it is in UTC by its definition.
  const scanned = Object.entries(metadata).find(([name]) => /^(.*:)?ACQUISITIONDATETIME$/.test(name))?.[1];
  const times = [
    ...items.filter(([name]) => instantNames.test(name)).map(([, value]) => value),
    `${valueOf(dateNames)}T${valueOf(timeNames)}`,
    `${scanned ?? ''}Z`,
  ];
  const time = times.map(timeOf).find((found) => found !== null);
  return time ? sunPosition(time, place) : null;
}

function angle(text: string): number | null {
  const value = text === '' ? NaN : Number(text.replace(/\s*(deg(rees)?|°)$/i, ''));
  return Number.isFinite(value) ? value : null;
}

/** A date and a time with their zone; null for anything less. */
export function timeOf(text: string): Date | null {
  const parts =
    /^(\d{4})[-:]?(\d\d)[-:]?(\d\d)[T ]?(\d\d):?(\d\d)(?::?(\d\d(?:\.\d+)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)$/i.exec(
      text.trim(),
    );
  if (!parts) return null;
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = parts;
  const offset = /\d/.test(zone) ? zone.replace(/(\d\d):?(\d\d)$/, '$1:$2') : 'Z';
  const time = new Date(
    `${year!}-${month!}-${day!}T${hour!}:${minute!}:${second.slice(0, 6).padEnd(2, '0')}${offset}`,
  );
  return Number.isNaN(time.getTime()) ? null : time;
}
