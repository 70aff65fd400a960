import type { BaseMap, TileCacheFacts } from '@shared/ipc/desk';
import type { AreaHandlers } from './handle';

export interface BaseMapsPort {
  list(): readonly BaseMap[];
  save(wanted: Omit<BaseMap, 'id' | 'custom'> & { readonly id: string | null }): Promise<BaseMap>;
  remove(id: string): Promise<void>;
  cacheFacts(): Promise<TileCacheFacts>;
  clearCache(): Promise<TileCacheFacts>;
  tile(
    id: string,
    z: number,
    x: number,
    y: number,
  ): Promise<{ readonly body: Uint8Array; readonly contentType: string } | null>;
}

export function baseMapsHandlers(maps: BaseMapsPort): AreaHandlers<'basemaps'> {
  return {
    'basemaps.list': () => maps.list(),
    'basemaps.save': (wanted) => maps.save(wanted),
    'basemaps.remove': ({ baseMapId }) => maps.remove(baseMapId),
    'basemaps.cache': () => maps.cacheFacts(),
    'basemaps.clearCache': () => maps.clearCache(),
  };
}

/** The tile that an address under `/basemap/` names; null for any other address. */
export function baseMapTileOf(url: string): { id: string; z: number; x: number; y: number } | null {
  const match = /^\/basemap\/([\w-]{1,64})\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})$/.exec(new URL(url).pathname);
  if (!match) return null;
  const [, id = '', z, x, y] = match;
  return { id, z: Number(z), x: Number(x), y: Number(y) };
}

/** Answers for tiles: the picture, 404 where there is none, 503 where it cannot be had. */
export async function serveBaseMapTile(maps: BaseMapsPort, url: string): Promise<Response | null> {
  const wanted = baseMapTileOf(url);
  if (!wanted) return null;
  try {
    const tile = await maps.tile(wanted.id, wanted.z, wanted.x, wanted.y);
    if (!tile) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(tile.body), {
      headers: {
        'content-type': tile.contentType,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
        'cache-control': 'max-age=600',
      },
    });
  } catch {
    return new Response(null, { status: 503 });
  }
}
