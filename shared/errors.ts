/** Values that fill the placeholders of an error's sentence. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** An error as it travels between processes: what went wrong and with which values, without any text for users. */
export interface ErrorData {
  /** `<area>.<name>`, for example `tiff.not_tiff`; names the message `error_tiff_not_tiff`. */
  readonly kind: string;
  readonly params: ErrorParams;
  /** Technical detail for the "details" fold of a message (a status code, a server's own words); never a secret. */
  readonly details?: string;
}

/**
 * A failure that a user can understand. Everything else that is thrown is a defect and is shown as `app.unexpected`.
 * `errorText` in `shared/i18n` is the one place where a kind becomes words.
 */
export class AppError extends Error implements ErrorData {
  readonly kind: string;
  readonly params: ErrorParams;
  readonly details: string | undefined;

  constructor(kind: string, params: ErrorParams = {}, options: { details?: string; cause?: unknown } = {}) {
    super(kind, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.params = params;
    this.details = options.details;
  }
}

/** Turns anything thrown into the form that crosses a process border. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AppError) {
    return error.details === undefined
      ? { kind: error.kind, params: error.params }
      : { kind: error.kind, params: error.params, details: error.details };
  }
  const details = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'app.unexpected', params: {}, details };
}

export function fromErrorData(data: ErrorData): AppError {
  return new AppError(data.kind, data.params, data.details === undefined ? {} : { details: data.details });
}
