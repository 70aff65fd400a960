import { z } from 'zod';
import { id, number, text, texts } from './wire';

/** The kinds of imagery a processing can read; a request names exactly one. */
export const sourceKinds = ['dataProvider', 'myImagery', 'imagerySearch', 'userDefined'] as const;
export type SourceKind = (typeof sourceKinds)[number];

export const userSourceTypes = ['XYZ', 'TMS', 'QUADKEY', 'SENTINEL_L2A', 'LOCAL', 'WMS'] as const;
export type UserSourceType = (typeof userSourceTypes)[number];

const zoom = z.int().min(0).max(22);

/** Built-in imagery, for example Mapbox. */
export const DataProviderSource = z.strictObject({
  providerName: z.string().min(1),
  zoom: zoom.optional(),
});
/** Uploaded images: some by their ids, or all of a mosaic. */
export const MyImagerySource = z.strictObject({
  imageIds: z.array(id).optional(),
  mosaicId: id.optional(),
});
/** Images found in the catalogue. */
export const ImagerySearchSource = z.strictObject({
  dataProvider: z.string().min(1),
  imageIds: z.array(z.string().min(1)).min(1),
  zoom: zoom.optional(),
  searchId: z.string().optional(),
});
/** A tile or map service of the user's. */
export const UserDefinedSource = z.strictObject({
  sourceType: z.string().transform((value) => value.toUpperCase()),
  url: z.string().min(1),
  zoom: zoom.optional(),
  crs: z.string().optional(),
  rasterLogin: z.string().optional(),
  rasterPassword: z.string().optional(),
});

export const SourceParamsRequest = z
  .strictObject({
    dataProvider: DataProviderSource.optional(),
    myImagery: MyImagerySource.optional(),
    imagerySearch: ImagerySearchSource.optional(),
    userDefined: UserDefinedSource.optional(),
  })
  .refine((source) => sourceKinds.filter((kind) => source[kind] !== undefined).length === 1, {
    error: 'exactly one of dataProvider, myImagery, imagerySearch, userDefined is expected',
  })
  .refine(({ myImagery: mine }) => !mine || mine.mosaicId !== undefined || (mine.imageIds?.length ?? 0) > 0, {
    error: 'myImagery needs imageIds or a mosaicId',
    path: ['myImagery'],
  })
  .meta({ id: 'SourceParamsRequest' });
/** What a request carries: exactly one source. */
export type SourceParamsRequest = z.input<typeof SourceParamsRequest>;

/** A source as a processing reports it. */
export type SourceParams =
  | { readonly kind: 'dataProvider'; readonly providerName: string; readonly zoom: number | null }
  | { readonly kind: 'myImagery'; readonly imageIds: readonly string[]; readonly mosaicId: string | null }
  | {
      readonly kind: 'imagerySearch';
      readonly dataProvider: string;
      readonly imageIds: readonly string[];
      readonly zoom: number | null;
    }
  | {
      readonly kind: 'userDefined';
      readonly sourceType: string;
      readonly url: string;
      readonly zoom: number | null;
      readonly crs: string | null;
      readonly rasterLogin: string | null;
      /** The service sends the password back in clear; it is never kept, only that there is one. */
      readonly hasPassword: boolean;
    };

const wireSource = z.looseObject({
  dataProvider: z.looseObject({ providerName: text, zoom: number }).nullish().catch(null),
  myImagery: z.looseObject({ imageIds: texts, mosaicId: text }).nullish().catch(null),
  imagerySearch: z.looseObject({ dataProvider: text, imageIds: texts, zoom: number }).nullish().catch(null),
  userDefined: z
    .looseObject({
      sourceType: text,
      url: text,
      zoom: number,
      crs: text,
      rasterLogin: text,
      rasterPassword: text,
    })
    .nullish()
    .catch(null),
});

/** The service's four keys, three of them null, as one tagged value; null when none is filled. */
export const sourceParams = wireSource
  .nullish()
  .catch(null)
  .transform((wire): SourceParams | null => {
    if (wire?.userDefined) {
      const { sourceType, url, crs, rasterLogin, rasterPassword, zoom: level } = wire.userDefined;
      return {
        kind: 'userDefined',
        sourceType: sourceType ?? '',
        url: url ?? '',
        zoom: level,
        crs,
        rasterLogin,
        hasPassword: Boolean(rasterPassword),
      };
    }
    if (wire?.imagerySearch) {
      const { dataProvider, imageIds, zoom: level } = wire.imagerySearch;
      return { kind: 'imagerySearch', dataProvider: dataProvider ?? '', imageIds, zoom: level };
    }
    if (wire?.myImagery) {
      const { imageIds, mosaicId } = wire.myImagery;
      return { kind: 'myImagery', imageIds, mosaicId };
    }
    if (wire?.dataProvider) {
      const { providerName, zoom: level } = wire.dataProvider;
      return { kind: 'dataProvider', providerName: providerName ?? '', zoom: level };
    }
    return null;
  });

/** The old flat parameters (v1): strings by name. */
export const V1Params = z.record(z.string(), z.string());
export type V1Params = z.infer<typeof V1Params>;

/** Reads the v1 map into the tagged form; null when it names no source. */
export function sourceFromV1(params: Readonly<Record<string, unknown>>): SourceParams | null {
  const value = (name: string): string | null => {
    const found = params[name];
    return typeof found === 'string' && found !== '' ? found : null;
  };
  const zoomText = value('zoom');
  const level = zoomText !== null && Number.isInteger(Number(zoomText)) ? Number(zoomText) : null;
  const provider = value('data_provider');
  if (provider !== null) return { kind: 'dataProvider', providerName: provider, zoom: level };
  const mosaicId = value('mosaic_id');
  const imageIds = value('image_ids') ?? value('image_id');
  if (mosaicId !== null || imageIds !== null) {
    return { kind: 'myImagery', imageIds: imageIds?.split(',').map((part) => part.trim()) ?? [], mosaicId };
  }
  const url = value('url');
  if (url === null) return null;
  return {
    kind: 'userDefined',
    sourceType: (value('source_type') ?? 'XYZ').toUpperCase(),
    url,
    zoom: level,
    crs: value('crs'),
    rasterLogin: value('raster_login'),
    hasPassword: value('raster_password') !== null,
  };
}

/** Writes a request's source as the v1 map. */
export function sourceToV1(source: SourceParamsRequest): V1Params {
  const entries: [string, string | number | undefined][] = [];
  if (source.dataProvider) {
    entries.push(['data_provider', source.dataProvider.providerName], ['zoom', source.dataProvider.zoom]);
  } else if (source.myImagery) {
    entries.push(
      ['mosaic_id', source.myImagery.mosaicId],
      ['image_ids', source.myImagery.imageIds?.join(',')],
      ['source_type', 'local'],
    );
  } else if (source.imagerySearch) {
    entries.push(
      ['data_provider', source.imagerySearch.dataProvider],
      ['image_ids', source.imagerySearch.imageIds.join(',')],
      ['zoom', source.imagerySearch.zoom],
    );
  } else if (source.userDefined) {
    const { sourceType, url, crs, zoom: level, rasterLogin, rasterPassword } = source.userDefined;
    entries.push(
      ['source_type', sourceType.toLowerCase()],
      ['url', url],
      ['crs', crs],
      ['zoom', level],
      ['raster_login', rasterLogin],
      ['raster_password', rasterPassword],
    );
  }
  return Object.fromEntries(
    entries.filter(([, entry]) => entry !== undefined).map(([name, entry]) => [name, String(entry)]),
  );
}
