import { type z } from 'zod';
import { AcknowledgedResponse } from './processings';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One row of the API: everything the client, the engine, the OpenAPI document and the tests need to know of it. */
export interface Endpoint<
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Path extends string = string,
> {
  readonly method: Method;
  /** Below the base URL; parameters in braces. */
  readonly path: Path;
  readonly summary: string;
  /** Names of query parameters. */
  readonly query: readonly string[];
  readonly body: Body | null;
  /** How the body travels; an upload is `multipart/form-data` with one part named `file`. */
  readonly bodyType: 'json' | 'multipart' | 'none';
  readonly response: Response;
  /** Anything but JSON is given to the caller as bytes. */
  readonly responseType: 'json' | 'geojson' | 'jpeg' | 'png' | 'mvt' | 'text' | 'empty';
  /** Further content types that the call may be asked for. */
  readonly alsoTypes: readonly string[];
  /** It may answer 204: there is nothing there, which is no failure. */
  readonly mayBeEmpty: boolean;
  /** Codes of the catalogue that this call is known to answer with, besides the general ones. */
  readonly errors: readonly string[];
  /** Asking twice has the effect of asking once: such a call may be repeated after a failure. */
  readonly idempotent: boolean;
  readonly costsCredits: boolean;
  /**
   * `reference`: in the published reference; `live`: found in working clients of the service only; `engine`: where the local
   * engine serves what answers give addresses of (such addresses are used as given, whoever serves them).
   */
  readonly source: 'reference' | 'live' | 'engine';
}

type Options<Body extends z.ZodType, Response extends z.ZodType> = Partial<
  Omit<Endpoint<Body, Response>, 'method' | 'path' | 'summary'>
>;

export function endpoint<
  Path extends string,
  Body extends z.ZodType = z.ZodUndefined,
  Response extends z.ZodType = typeof AcknowledgedResponse,
>(
  method: Method,
  path: Path,
  summary: string,
  options: Options<Body, Response> = {},
): Endpoint<Body, Response, Path> {
  return {
    method,
    path,
    summary,
    query: [],
    body: null,
    bodyType: options.body ? 'json' : 'none',
    response: AcknowledgedResponse as unknown as Response,
    responseType: options.response ? 'json' : 'empty',
    alsoTypes: [],
    mayBeEmpty: false,
    errors: [],
    idempotent: method !== 'POST',
    costsCredits: false,
    source: 'reference',
    ...options,
  };
}
