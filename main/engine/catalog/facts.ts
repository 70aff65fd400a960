import { readFile, stat } from 'node:fs/promises';
import type { RasterDescription } from '@shared/tiff/types';
import type { SceneFacts } from './types';

/** bytes; a description beyond this is none */
const longestSidecar = 1024 * 1024;

/**
 * How a scene was taken: what a STAC item of the same name beside it says (`scene.json` for `scene.tif`), else what the file
 * says in GDAL's IMAGERY domain and in its own tags, else the file's time.
 */
export async function factsOf(
  path: string,
  { metadata }: Pick<RasterDescription, 'metadata'>,
  modified: Date,
): Promise<SceneFacts> {
  const item = await stacProperties(path);
  const text = (name: string): string | null => metadata[`IMAGERY:${name}`] ?? metadata[name] ?? null;
  return {
    acquired:
      moment(item['datetime']) ??
      moment(item['start_datetime']) ??
      moment(text('ACQUISITIONDATETIME')) ??
      moment(tiffMoment(text('TIFFTAG_DATETIME'))) ??
      modified.toISOString(),
    sensor: firstText(item['instruments']) ?? firstText(item['platform']) ?? text('SENSORID'),
    satellite: firstText(item['platform']) ?? text('SATELLITEID'),
    cloudCover: share(item['eo:cloud_cover'] ?? text('CLOUDCOVER')),
    offNadir: finite(item['view:off_nadir'] ?? text('OFFNADIR')),
  };
}

/** The properties of the STAC item beside a file; empty where there is none that can be read. */
async function stacProperties(path: string): Promise<Readonly<Record<string, unknown>>> {
  const place = path.replace(/\.[^.]+$/, '.json');
  try {
    const { size } = await stat(place);
    if (size > longestSidecar) return {};
    const item: unknown = JSON.parse(await readFile(place, 'utf8'));
    const properties = isRecord(item) ? item['properties'] : null;
    return isRecord(properties) ? properties : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `2024:05:01 10:20:30`, which TIFF does not give a zone, as UTC. */
function tiffMoment(value: string | null): string | null {
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(value ?? '');
  return found ? `${String(found[1])}-${String(found[2])}-${String(found[3])}T${String(found[4])}Z` : null;
}

function moment(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const time = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function firstText(value: unknown): string | null {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
  return typeof first === 'string' && first !== '' ? first : null;
}

function finite(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Percent as a share. */
function share(percent: unknown): number | null {
  const number = finite(percent);
  return number === null || number < 0 || number > 100 ? null : number / 100;
}
