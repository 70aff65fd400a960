import { m } from '@shared/i18n';
import { AppError, fromErrorData } from '@shared/errors';
import type { Upload } from '@shared/ipc/types';
import type { ReductionCodec } from '@shared/tiff/reduce';
import type { Services } from '../services';
import { accountNamed, withServices, type DeskOptions } from './desk';
import { gatherRasters, newMosaicTag } from '../uploads';
import { bytes, errorObject, ProgressLine, say, sayJson } from './output';

export interface UploadCommandOptions extends DeskOptions {
  readonly profile?: string;
  readonly mosaic: string;
  readonly targetBytes?: number;
  readonly reduce?: ReductionCodec;
  readonly json?: boolean;
  /** Each step of each chunk as a line of JSON on stderr, after it is written down. */
  readonly events?: boolean;
}

interface Outcome {
  readonly file: string;
  readonly upload: Upload | null;
  readonly error: { readonly kind: string; readonly message: string } | null;
}

/** Uploads files and folders of files one after another, or goes on with what was begun; returns the exit code. */
export async function upload(given: readonly string[], options: UploadCommandOptions): Promise<number> {
  return withServices(options, async (services) => {
    const accountId = await accountNamed(services, options.profile);
    if (services.accounts.active().id === accountId) await services.status.refresh();
    if (options.events) tellEvents(services);
    let mosaic = await mosaicNamed(services, accountId, options.mosaic);
    const outcomes: Outcome[] = [];
    const take = (outcome: Outcome): void => {
      outcomes.push(outcome);
      if (!options.json) sayOutcome(outcome);
    };
    const { files, failures } = await gatherRasters(given);
    for (const { path, error } of failures)
      take({ file: path, upload: null, error: errorObject(fromErrorData(error)) });
    for (const file of files) {
      const outcome = await uploadOne(services, accountId, file, mosaic, options);
      take(outcome);
      const made = outcome.upload?.mosaicId;
      if (made) mosaic = { id: made };
    }
    if (options.json) sayJson({ uploads: outcomes });
    return outcomes.every((outcome) => outcome.upload?.state === 'done') ? 0 : 1;
  });
}

type Mosaic = { readonly id: string } | { readonly name: string; readonly tag: string };

/** A mosaic that exists, by name or id, or a new one of that name. */
async function mosaicNamed(services: Services, accountId: string, wanted: string): Promise<Mosaic> {
  const known = await services.mosaics.list(accountId);
  const [found, another] = known.filter(({ id, name }) => id === wanted || name === wanted);
  if (another) throw new AppError('cli.ambiguous_mosaic', { name: wanted });
  return found ? { id: found.id } : { name: wanted, tag: newMosaicTag() };
}

async function uploadOne(
  services: Services,
  accountId: string,
  file: string,
  mosaic: Mosaic,
  { targetBytes, reduce }: UploadCommandOptions,
): Promise<Outcome> {
  const progress = new ProgressLine();
  try {
    const begun = await services.uploads.start({ accountId, path: file, mosaic, targetBytes, reduce });
    const stop = services.uploads.listen({
      onUpload: (now) => {
        if (now.id === begun.id)
          progress.show(now.bytesTotal ? now.bytesConfirmed / now.bytesTotal : 0, inWords(now));
      },
    });
    const ended = await services.uploads.ended(begun.id);
    stop();
    progress.clear();
    const error = ended.error ? errorObject(fromErrorData(ended.error)) : null;
    return { file, upload: ended, error };
  } catch (error) {
    progress.clear();
    return { file, upload: null, error: errorObject(error) };
  }
}

function inWords({ name, state, chunksConfirmed, chunksTotal, rate, secondsLeft }: Upload): string {
  const speed = rate ? `  ${m.cli_per_second({ size: bytes(rate) })}` : '';
  const left = secondsLeft ? `  ${m.cli_seconds_left({ seconds: secondsLeft })}` : '';
  return `${name}  ${state}  ${chunksConfirmed}/${chunksTotal}${speed}${left}`;
}

function sayOutcome({ file, upload: ended, error }: Outcome): void {
  if (ended?.state === 'done') {
    const { chunksTotal: count, bytesTotal, mosaicName: mosaic } = ended;
    say(m.cli_uploaded({ file, count, size: bytes(bytesTotal), mosaic }));
  } else if (error) {
    process.stderr.write(`${file}: ${error.message}\n`);
  } else {
    process.stderr.write(`${file}: ${ended?.state ?? ''}\n`);
  }
}

/** For those who watch, or end, the program at a state that is known to be on disk. */
function tellEvents(services: Services): void {
  services.uploads.listen({
    onChunk: ({ uploadId, index, state }) => {
      process.stderr.write(`${JSON.stringify({ uploadId, index, state })}\n`);
    },
  });
}
