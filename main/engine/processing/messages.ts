import { errorCodes, kindOfCode } from '@shared/api';
import { AppError } from '@shared/errors';
import { snakeToPascal } from '../http/names';
import { ServiceError } from '../http/serviceError';
import type { StoredMessage } from '../store';

const codeOfKind: ReadonlyMap<string, string> = new Map(
  errorCodes.map((entry) => [kindOfCode(entry), entry.code]),
);

const ofEngine: Readonly<Record<string, string>> = {
  'engine.no_data_in_aoi': 'source-validator.NoDataInAOI',
};

/** Why a processing failed, in the service's codes; what has no code of its own failed inside. */
export function messageOf(error: unknown): StoredMessage {
  if (error instanceof ServiceError) return { code: error.code, parameters: asTexts(error.params) };
  if (!(error instanceof AppError)) return { code: 'inference.internalError', parameters: {} };
  const parameters = asTexts(error.params);
  if (error.kind === 'engine.needs_colour') {
    return {
      code: 'source-validator.NChannelsNotAllowed',
      parameters: { required_nchannels: '3', real_nchannels: '1', level: 'error' },
    };
  }
  const code = ofEngine[error.kind] ?? codeOfKind.get(error.kind);
  if (code !== undefined) return { code, parameters: { ...parameters, level: 'error' } };
  if (error.kind.startsWith('tiff.'))
    return { code: 'source-validator.ImageReadError', parameters: { level: 'error' } };
  if (error.kind.startsWith('engine.')) {
    return { code: `engine.${snakeToPascal(error.kind.slice('engine.'.length))}`, parameters };
  }
  return { code: 'inference.internalError', parameters: {} };
}

function asTexts(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
}
