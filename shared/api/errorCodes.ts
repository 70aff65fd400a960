/**
 * Every error code that the service is known to send, with its parameters. Sources: `live-service-facts.md` §5.2 and the
 * reference. The kind of a code is `api.` and the code in snake case; the words are in messages/<locale>/api.json.
 */

/** How a parameter's value is written for people. */
export type ParamUnit = 'text' | 'bytes' | 'megabytes' | 'm2' | 'km2' | 'm';

export interface ErrorCode {
  readonly code: string;
  /** By the name that the service uses; the message's placeholder is that name in snake case. */
  readonly params: Readonly<Record<string, ParamUnit>>;
}

const code = (name: string, params: Readonly<Record<string, ParamUnit>> = {}): ErrorCode => ({
  code: name,
  params,
});
/** Parameters that are shown as they come. */
const texts = (...names: string[]): Readonly<Record<string, ParamUnit>> =>
  Object.fromEntries(names.map((name) => [name, 'text']));

const processingApi: readonly ErrorCode[] = [
  code('MAXAR_PROVIDERS_UNAVAILABLE'),
  code('ProviderMinAreaError', { aoiArea: 'km2', providerName: 'text', providerMinArea: 'km2' }),
  code('TEMPLATE_AREA_LIMIT_EXCEEDED', texts('templateAreaLimit')),
  code('TOO_LARGE_PROCESSING', { area: 'm2', aoiAreaLimit: 'm2' }),
  code('BAD_REQUEST', texts('message')),
  code('TEMPLATE_LIMIT_REACHED'),
  code('NOT_FOUND', texts('message')),
  code('API_ERROR', texts('message')),
  code('geometry.Invalid'),
];

const dataCatalog: readonly ErrorCode[] = [
  code('FileCheckFailed', texts('filename', 'bad_parameters')),
  code('MemoryLimitExceeded', { memory_requested: 'bytes', available_memory: 'bytes' }),
  code('FileTooBig', { max_file_size: 'bytes', actual_file_size: 'bytes' }),
  code('ItemNotFound', texts('instance_type', 'uid')),
  code('AccessDenied', texts('instance_type', 'uid')),
  code('FileValidationFailed', texts('filename', 'mosaic_id', 'param_name', 'got_param', 'expected_param')),
  code('ImageOutOfBounds'),
  code('FileOpenError'),
  code('ImageExtentTooBig'),
  code('PreviewNotFound'),
];

const sourceValidator: readonly ErrorCode[] = [
  code('source-validator.TaskMustContainAoi'),
  code('source-validator.ImageReadError'),
  code('source-validator.BadImageProfile', texts('required_keys', 'profile')),
  code('source-validator.AOINotInCell', texts('actual_cell')),
  code('source-validator.UrlMustBeString', texts('url_type')),
  code('source-validator.UrlBlacklisted', texts('url')),
  code('source-validator.UrlMustBeLink'),
  code('source-validator.UrlFormatInvalid', texts('parse_error_message')),
  code('source-validator.ZoomMustBeInteger', texts('actual_zoom')),
  code('source-validator.InvalidZoomValue', texts('actual_zoom')),
  code('source-validator.TooHighZoom', texts('max_zoom', 'actual_zoom')),
  code('source-validator.TooLowZoom', texts('min_zoom', 'actual_zoom')),
  code('source-validator.ImageMetadataMustBeDict'),
  code('source-validator.ImageMetadataKeyError'),
  code('source-validator.S3URLError', texts('actual_s3_link')),
  code('source-validator.LocalRequestKeyError'),
  code('source-validator.ReadFromS3Failed', texts('s3_link')),
  code('source-validator.DtypeNotAllowed', texts('required_dtypes', 'request_dtype')),
  code('source-validator.NChannelsNotAllowed', texts('required_nchannels', 'real_nchannels')),
  code('source-validator.PixelSizeTooLow', { actual_res: 'm', min_res: 'm' }),
  code('source-validator.PixelSizeTooHigh', { actual_res: 'm', max_res: 'm' }),
  code('source-validator.ImageCheckError', texts('checked_param', 'message', 'metadata')),
  code('source-validator.QuadkeyLinkFormatError'),
  code('source-validator.SentinelInputStringKeyError', texts('input_string')),
  code('source-validator.SentinelInputStringFormatError', texts('input_string')),
  code('source-validator.GridCellOutOfBound', texts('actual_cell', 'allowed_cells')),
  code('source-validator.MonthOutOfBounds', texts('actual_month', 'allowed_months')),
  code('source-validator.TMSLinkFormatError'),
  code('source-validator.RequirementsMustBeDict', texts('requirements_type')),
  code('source-validator.RequestMustBeDict', texts('request_type')),
  code('source-validator.RequestMustHaveSourceType'),
  code('source-validator.SourceTypeIsNotAllowed', texts('source_type', 'allowed_sources')),
  code('source-validator.RequiredSectionMustBeDict', texts('required_section_type')),
  code('source-validator.RecommendedSectionMustBeDict', texts('recommended_section_type')),
  code('source-validator.XYZLinkFormatError'),
  code('source-validator.UnhandledException'),
  code('source-validator.internalError'),
  code('source-validator.NoDataInAOI'),
];

const dataloader: readonly ErrorCode[] = [
  code('dataloader.internalError'),
  code('dataloader.UnknownSourceType', texts('real_source_type', 'allowed_source_types')),
  code('dataloader.MemoryLimitExceeded', { estimated_size: 'megabytes', allowed_size: 'megabytes' }),
  code('dataloader.LoaderArgsError', texts('argument_name', 'argument_type', 'expected_type')),
  code('dataloader.WrongChannelsNum', texts('real_nchannels', 'expected_nchannels')),
  code('dataloader.WrongTileSize', texts('real_size', 'expected_size')),
  code('dataloader.TileNotLoaded', texts('tile_location', 'status')),
  code('dataloader.TileNotReadable', texts('tile_location')),
  code('dataloader.CrsIsNotSupported'),
  code('dataloader.MaploaderInternalError'),
  code('dataloader.SentinelLoaderInternalError'),
  code('dataloader.NoDataTile'),
];

const laterStages: readonly ErrorCode[] = [
  code('raster-processor.internalError'),
  code('inference.internalError'),
  code('vector-processor.internalError'),
  code('vector-processor.EmptyFolder', texts('s3_link')),
];

/** Codes that the local engine adds: what it cannot do, it names. */
const engine: readonly ErrorCode[] = [
  code('engine.BlockNotAvailable', texts('block', 'reason')),
  code('engine.TooManyProcessings', texts('limit')),
  code('engine.TooManyAois', texts('aoi_count', 'max_aois')),
  code('engine.ImageNotReady', texts('filename')),
  code('engine.ProviderNotAvailable', texts('provider')),
  code('engine.NotEnoughCredits', texts('cost', 'remaining')),
  code('engine.DefaultProjectIsFixed'),
  code('engine.NotRestartable', texts('status')),
  code('engine.ResultNotReady', texts('status')),
  code('engine.LinkNotAllowed', texts('url')),
  code('engine.PasswordNeeded', texts('host')),
];

export const errorCodes: readonly ErrorCode[] = [
  ...processingApi,
  ...dataCatalog,
  ...sourceValidator,
  ...dataloader,
  ...laterStages,
  ...engine,
];

/** Codes are compared without case and without the old prefix `data-catalog.`. */
function comparable(name: string): string {
  return name.replace(/^data-catalog\./i, '').toLowerCase();
}

const byCode: ReadonlyMap<string, ErrorCode> = new Map(
  errorCodes.map((entry) => [comparable(entry.code), entry]),
);

/** The catalogue's entry for a code as a server writes it; undefined for a code nobody knows yet. */
export function findErrorCode(name: string): ErrorCode | undefined {
  return byCode.get(comparable(name));
}

/** `PixelSizeTooHigh`, `aoiAreaLimit`, `source-validator` -> `pixel_size_too_high`, `aoi_area_limit`, `source_validator`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^a-zA-Z\d]+/g, '_')
    .toLowerCase();
}

/** The `AppError` kind of a code of the catalogue. */
export function kindOfCode(entry: ErrorCode): string {
  return `api.${snakeCase(entry.code)}`;
}
