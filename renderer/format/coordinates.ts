import { m } from '@shared/i18n';

function letter(value: number, positive: string, negative: string): string {
  return value < 0 ? negative : positive;
}

/** Degrees to 1e-5, about a metre: "27.72210° N 85.52100° E" */
export function formatLonLat(lon: number, lat: number): string {
  const north = `${Math.abs(lat).toFixed(5)}° ${letter(lat, m.map_north(), m.map_south())}`;
  const east = `${Math.abs(lon).toFixed(5)}° ${letter(lon, m.map_east(), m.map_west())}`;
  return `${north}  ${east}`;
}

function dms(value: number): string {
  const tenths = Math.round(Math.abs(value) * 36_000);
  const degrees = Math.floor(tenths / 36_000);
  const minutes = Math.floor((tenths % 36_000) / 600);
  const seconds = (tenths % 600) / 10;
  return `${degrees}°${String(minutes).padStart(2, '0')}′${seconds.toFixed(1).padStart(4, '0')}″`;
}

/** Degrees, minutes and seconds to a tenth: "27°43′19.6″ N 85°31′15.6″ E" */
export function formatDms(lon: number, lat: number): string {
  const north = `${dms(lat)} ${letter(lat, m.map_north(), m.map_south())}`;
  const east = `${dms(lon)} ${letter(lon, m.map_east(), m.map_west())}`;
  return `${north}  ${east}`;
}

/** Coordinates of the view's own system: centimetres for metres, 1e-6 for degrees. */
export function formatMapCoordinates(x: number, y: number, degrees: boolean): string {
  const digits = degrees ? 6 : 2;
  return `${x.toFixed(digits)}  ${y.toFixed(digits)}`;
}
