import { endpoints, tileUrlOf, type TileJson } from '@shared/api';
import { AppError } from '@shared/errors';
import { readText, type Caller } from './caller';
import { ApiFailure } from './failure';
import { readBytes } from './images';
import type { LayersApi } from './types';

/** bytes of a TileJSON document */
const longestJson = 4 * 1024 * 1024;
/** bytes of one tile */
const longestTile = 16 * 1024 * 1024;

/** Layers are read at the addresses that answers give: whoever serves them, only the profile's own server sees the token. */
export function layersApi({ fetch }: Caller): LayersApi {
  return {
    tileJson: async (address, options): Promise<TileJson> => {
      const answer = await fetch(webAddress(address), options);
      const text = await readText(answer, longestJson);
      const parsed = endpoints.resultTileJson.response.safeParse(fromJson(text));
      if (parsed.success) return parsed.data;
      throw new ApiFailure('api.unexpected_answer', {}, { phase: 'answered', details: 'no TileJSON' });
    },
    tile: async (template, address, { scheme, ...options } = {}) => {
      const answer = await fetch(webAddress(tileUrlOf(template, address, scheme)), options);
      const bytes = await readBytes(answer.body, longestTile);
      return answer.status === 204 || bytes.byteLength === 0
        ? null
        : { bytes, contentType: answer.contentType };
    },
  };
}

/** Addresses in answers are somebody's words: nothing but the web is opened. Throws `api.invalid_address`. */
export function webAddress(address: string): URL {
  try {
    const url = new URL(address);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Said below.
  }
  throw new AppError('api.invalid_address', { address: address.slice(0, 200) });
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
