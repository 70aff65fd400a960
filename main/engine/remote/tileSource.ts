import type { SourceParamsRequest } from '@shared/api';
import { ServiceError } from '../http/serviceError';
import { quadkey, worldSize, type TileAddress } from '../tiles/mercator';

export type UserDefined = NonNullable<SourceParamsRequest['userDefined']>;

/** A tile or map service that a processing reads, checked. Plain data; without the password. */
export interface TileSource {
  readonly type: 'XYZ' | 'TMS' | 'QUADKEY' | 'WMS';
  readonly url: string;
  readonly zoom: number;
  /** 3857, or 3395 for services on the ellipsoid */
  readonly epsg: 3857 | 3395;
  readonly login: string | null;
}

/** Hosts that serve drawn maps: no model finds anything on them. */
const mapHosts =
  /(?:^|\.)(?:tile\.openstreetmap\.org|openstreetmap\.fr|opentopomap\.org|basemaps\.cartocdn\.com)$/i;

const fail = (code: string, params: Readonly<Record<string, string>> = {}): ServiceError =>
  new ServiceError(400, `source-validator.${code}`, params);

/**
 * Checks a source as the service's validator does. Throws `source-validator.*` and `dataloader.CrsIsNotSupported`.
 * @param defaultZoom where the request names none
 */
export function checkTileSource(given: UserDefined, defaultZoom: number): TileSource {
  const type = given.sourceType.toUpperCase();
  if (type !== 'XYZ' && type !== 'TMS' && type !== 'QUADKEY' && type !== 'WMS') {
    throw fail('SourceTypeIsNotAllowed', {
      source_type: type,
      allowed_sources: 'XYZ, TMS, QUADKEY, WMS, LOCAL',
    });
  }
  checkLink(given.url);
  checkTemplate(type, given.url);
  return {
    type,
    url: given.url,
    zoom: checkZoom(given.zoom ?? defaultZoom),
    epsg: checkCrs(given.crs ?? 'EPSG:3857'),
    login: given.rasterLogin ?? null,
  };
}

function checkLink(text: string): void {
  let url: URL;
  try {
    url = new URL(text.replace(/[{}]/g, ''));
  } catch (error) {
    throw fail('UrlFormatInvalid', { parse_error_message: error instanceof Error ? error.message : '' });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw fail('UrlMustBeLink');
  if (mapHosts.test(url.hostname)) throw fail('UrlBlacklisted', { url: text });
}

function checkTemplate(type: TileSource['type'], url: string): void {
  const has = (...names: string[]): boolean => names.some((name) => url.includes(`{${name}}`));
  if (type === 'XYZ' && !(has('x') && has('y', '-y') && has('z'))) throw fail('XYZLinkFormatError');
  if (type === 'TMS' && !(has('x') && has('y', '-y') && has('z'))) throw fail('TMSLinkFormatError');
  if (type === 'QUADKEY' && !has('q', 'quadkey')) throw fail('QuadkeyLinkFormatError');
}

function checkZoom(zoom: number): number {
  if (!Number.isInteger(zoom)) throw fail('ZoomMustBeInteger', { actual_zoom: String(zoom) });
  if (zoom < 0 || zoom > 22) throw fail('InvalidZoomValue', { actual_zoom: String(zoom) });
  return zoom;
}

function checkCrs(crs: string): TileSource['epsg'] {
  const code = /^epsg:(3857|900913|3395)$/i.exec(crs)?.[1];
  if (code === undefined) throw new ServiceError(400, 'dataloader.CrsIsNotSupported', { crs });
  return code === '3395' ? 3395 : 3857;
}

/** px of a tile's side */
export const tileSide = 256;

/** The address of one tile. */
export function tileUrl(source: TileSource, tile: TileAddress): string {
  if (source.type === 'WMS') return wmsUrl(source, tile);
  const flipped = 2 ** tile.z - 1 - tile.y;
  const y = source.type === 'TMS' ? flipped : tile.y;
  const values: Readonly<Record<string, string>> = {
    x: String(tile.x),
    y: String(y),
    // Counted from the other side than {y}.
    '-y': String(flipped),
    z: String(tile.z),
    q: quadkey(tile),
    quadkey: quadkey(tile),
    s: ['a', 'b', 'c'][(tile.x + tile.y) % 3] ?? 'a',
  };
  return source.url.replace(/\{(-?\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** A map of the tile's square, by WMS 1.1.1 (whose axes are always x, y). */
function wmsUrl(source: TileSource, { z, x, y }: TileAddress): string {
  const size = worldSize / 2 ** z;
  const west = x * size - worldSize / 2;
  const north = worldSize / 2 - y * size;
  const url = new URL(source.url);
  const given = new Set([...url.searchParams.keys()].map((key) => key.toLowerCase()));
  const fixed = {
    service: 'WMS',
    request: 'GetMap',
    version: '1.1.1',
    srs: `EPSG:${String(source.epsg)}`,
    bbox: [west, north - size, west + size, north].join(','),
    width: String(tileSide),
    height: String(tileSide),
  };
  for (const key of [...url.searchParams.keys()]) {
    if (key.toLowerCase() in fixed || key.toLowerCase() === 'crs') url.searchParams.delete(key);
  }
  for (const [key, value] of Object.entries(fixed)) url.searchParams.set(key, value);
  if (!given.has('format')) url.searchParams.set('format', 'image/jpeg');
  if (!given.has('styles')) url.searchParams.set('styles', '');
  return url.href;
}
