import { AppError, toErrorData } from '@shared/errors';
import { contract, type Channel, type Output } from '@shared/ipc/contract';
import type { Envelope, ParsedInputOf } from '@shared/ipc/define';
import type { Log } from '@shared/log';

/** What each channel does, given an input that has passed its schema. */
export type Handlers = {
  readonly [C in Channel]: (input: ParsedInputOf<(typeof contract)[C]>) => Promise<Output<C>> | Output<C>;
};

/** The channels of one area: those whose names begin with `<area>.`. */
export type AreaHandlers<Area extends string> = {
  readonly [C in Channel as C extends `${Area}.${string}` ? C : never]: Handlers[C];
};

/** Who sent a call, as Electron reports it. */
export interface Caller {
  readonly url: string;
  readonly isMainFrame: boolean;
  readonly isOurWindow: boolean;
}

export type Dispatch = (
  caller: Caller | null,
  channel: unknown,
  input: unknown,
) => Promise<Envelope<unknown>>;

/**
 * The one way from the window to the services: first the sender (the main frame of our own window, showing our own page),
 * then the schema, then the handler. Whatever happens, the answer is an envelope; a defect is logged with its stack here.
 */
export function createDispatcher(handlers: Handlers, options: { origin: string; log: Log }): Dispatch {
  const { log, origin } = options;

  return async (caller, channel, input) => {
    if (!isTrusted(caller, origin)) {
      log.warn('refused a call from elsewhere', { url: caller?.url ?? 'a frame that is gone' });
      return failure(new AppError('app.not_allowed'));
    }
    if (!isChannel(channel))
      return failure(new AppError('app.bad_request', {}, { details: 'no such channel' }));
    const parsed = contract[channel].input.safeParse(input);
    if (!parsed.success) {
      const details = parsed.error.issues
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ');
      log.warn(`${channel} got what it cannot take`, { details });
      return failure(new AppError('app.bad_request', {}, { details: `${channel} (${details})` }));
    }
    try {
      const handler = handlers[channel] as (input: unknown) => unknown;
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      report(log, channel, error);
      return failure(error);
    }
  };
}

function isTrusted(caller: Caller | null, origin: string): boolean {
  return (
    caller !== null &&
    caller.isOurWindow &&
    caller.isMainFrame &&
    (caller.url === origin || caller.url.startsWith(`${origin}/`))
  );
}

function isChannel(channel: unknown): channel is Channel {
  return typeof channel === 'string' && Object.hasOwn(contract, channel);
}

function failure(error: unknown): Envelope<never> {
  return { ok: false, error: toErrorData(error) };
}

function report(log: Log, channel: Channel, error: unknown): void {
  if (error instanceof AppError) log.info(`${channel} failed`, { error });
  else log.error(`${channel} broke`, { error, stack: error instanceof Error ? error.stack : undefined });
}
