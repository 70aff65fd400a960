import { errorOfCode } from '@shared/api';
import { type AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import { snakeToPascal } from './names';

export type ErrorParams = Readonly<Record<string, string | number | readonly unknown[] | null>>;

/** An answer that is not a success, before it takes the form of the service that it belongs to. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: ErrorParams = {},
    /** In the server's own words; made from the code's sentence where absent. */
    readonly words: string = '',
  ) {
    super(code);
    this.name = 'ServiceError';
  }
}

export const notFound = (what: string, id: string): ServiceError =>
  new ServiceError(404, 'NOT_FOUND', { id }, `${what} ${id} is not found`);

export const itemNotFound = (type: 'mosaic' | 'image', uid: string): ServiceError =>
  new ServiceError(404, 'ItemNotFound', { instance_type: type, uid });

export const badRequest = (words: string): ServiceError => new ServiceError(400, 'BAD_REQUEST', {}, words);

/** Fields of a request that are not as they must be. */
export class InvalidBody extends Error {
  constructor(readonly issues: readonly { readonly path: readonly string[]; readonly message: string }[]) {
    super('invalid body');
    this.name = 'InvalidBody';
  }
}

/** The sentence that goes into an error body for people who read it raw. */
export function sentenceOf(error: ServiceError): string {
  if (error.words !== '') return error.words;
  return errorText(errorOfCode(error.code, error.params)).title;
}

const statusOfKind: Readonly<Record<string, number>> = {
  'engine.no_such_model': 404,
  'engine.block_not_available': 400,
  'engine.needs_colour': 400,
};

/** Errors of the core as the service would report them. */
export function serviceErrorOf(error: AppError): ServiceError {
  if (error.kind === 'engine.no_such_model') {
    return new ServiceError(404, 'NOT_FOUND', error.params, errorText(error).title);
  }
  if (error.kind.startsWith('engine.')) {
    const name = error.kind.slice('engine.'.length);
    return new ServiceError(statusOfKind[error.kind] ?? 400, `engine.${snakeToPascal(name)}`, error.params);
  }
  return new ServiceError(400, 'BAD_REQUEST', error.params, errorText(error).title);
}
