import { randomBytes } from 'node:crypto';
import { AppError, fromErrorData, toErrorData, type ErrorData } from '@shared/errors';
import type { EngineState, LocalDataset } from '@shared/ipc/types';
import type { Log, LogData } from '@shared/log';

/** The engine's process, wherever it runs. */
export interface EngineProcess {
  send(message: EngineStart | Partial<EngineWish> | EngineAnswer): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, whatever ended it. */
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** What the engine is given first. */
export interface EngineStart extends EngineWish {
  readonly dataDir: string;
  readonly token: string;
}

/** What may change while it runs. */
export interface EngineWish {
  /** Folders of GeoTIFFs that its catalogue offers. */
  readonly catalog: readonly string[];
  /** Extracts of OpenStreetMap and surface models that its steps draw on. */
  readonly localData: readonly string[];
}

/** What the engine asked for; without a value where nobody knows. */
export interface EngineAnswer {
  readonly answer: { readonly id: number; readonly value?: unknown };
}

/** What the engine asks while it runs. */
export type EngineQuestion = { readonly what: 'key' } | { readonly what: 'route'; readonly url: string };

export interface EngineHostPorts {
  readonly spawn: () => EngineProcess;
  readonly dataDir: string;
  /** Keeps the token of this start out of the log. */
  readonly protect: (secret: string) => () => void;
  readonly log: Log;
  /** Folders that the engine's catalogue offers; none when absent. */
  readonly catalog?: () => readonly string[];
  /** Files that its steps draw on; none when absent. */
  readonly localData?: () => readonly string[];
  readonly answer?: (question: EngineQuestion) => Promise<unknown>;
  /** ms to wait for the port; default 30,000 */
  readonly startMs?: number;
  /** Resolves after so many ms. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface EngineEndpoint {
  readonly baseUrl: string;
  readonly token: string;
}

/** A start that fails or ends this often within the window is not repeated by itself. */
const mostFailures = 4;
const failureWindowMs = 5 * 60_000;
const longestRestartDelayMs = 5_000;

/**
 * Runs the local engine: a process with a fresh random token for each start, on a port of its own choice. One that dies is
 * started again, a few times.
 */
export class EngineHost {
  readonly #ports: EngineHostPorts;
  readonly #listeners = new Set<(state: EngineState) => void>();
  readonly #dataListeners = new Set<(datasets: readonly LocalDataset[]) => void>();
  /** What the engine itself said against its start: no reason to try the same again. */
  #refusal: ErrorData | null = null;
  #state: EngineState = { state: 'stopped', error: null };
  #wanted = false;
  #process: EngineProcess | null = null;
  #endpoint: Promise<EngineEndpoint> | null = null;
  #failures: number[] = [];

  constructor(ports: EngineHostPorts) {
    this.#ports = ports;
  }

  state(): EngineState {
    return this.#state;
  }

  onChange(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Where the engine answers; waits for a start under way. Throws `engine.stopped`, `engine.not_started`,
   * `engine.keeps_failing`.
   */
  async endpoint(): Promise<EngineEndpoint> {
    if (this.#endpoint) return this.#endpoint;
    throw this.#state.error ? fromErrorData(this.#state.error) : new AppError('engine.stopped');
  }

  /** Returns once it runs or has failed. */
  async start(): Promise<EngineState> {
    if (!this.#wanted) this.#failures = [];
    this.#refusal = null;
    this.#wanted = true;
    if (!this.#endpoint) this.#launch();
    await this.#endpoint?.catch(() => undefined);
    return this.#state;
  }

  stop(): EngineState {
    this.#wanted = false;
    const process = this.#process;
    this.#process = null;
    this.#endpoint = null;
    process?.kill();
    this.#become('stopped');
    return this.#state;
  }

  #launch(): void {
    this.#become('starting');
    const token = randomBytes(32).toString('base64url');
    const unprotect = this.#ports.protect(token);
    const process = this.#ports.spawn();
    this.#process = process;
    const endpoint = this.#awaitPort(process, token);
    this.#endpoint = endpoint;
    endpoint.then(
      () => {
        if (this.#process === process) this.#become('running');
      },
      (error: unknown) => this.#ports.log.warn('the engine did not start', { error }),
    );
    process.onExit((code) => {
      unprotect();
      if (this.#process !== process) return;
      this.#ports.log.warn('the engine ended', { code });
      this.#process = null;
      this.#endpoint = null;
      void this.#restart();
    });
    process.send({
      dataDir: this.#ports.dataDir,
      token,
      catalog: this.#catalog(),
      localData: this.#localData(),
    });
  }

  /** Tells a running engine that its folders have changed. */
  catalogChanged(): void {
    this.#process?.send({ catalog: this.#catalog() });
  }

  /** Tells a running engine that other files are registered. */
  localDataChanged(): void {
    this.#process?.send({ localData: this.#localData() });
  }

  /** Hears what the engine found in the files, once it has looked at them. */
  onLocalData(listener: (datasets: readonly LocalDataset[]) => void): void {
    this.#dataListeners.add(listener);
  }

  #localData(): readonly string[] {
    return this.#ports.localData?.() ?? [];
  }

  #catalog(): readonly string[] {
    return this.#ports.catalog?.() ?? [];
  }

  async #answer(process: EngineProcess, id: number, question: EngineQuestion): Promise<void> {
    const value = await this.#ports.answer?.(question).catch((error: unknown) => {
      this.#ports.log.warn('the engine asked for what is not known', { what: question.what, error });
      return undefined;
    });
    if (this.#process === process) process.send({ answer: { id, value } });
  }

  #awaitPort(process: EngineProcess, token: string): Promise<EngineEndpoint> {
    return new Promise((resolve, reject) => {
      const fail = (details: string): void => {
        clearTimeout(timer);
        reject(new AppError('engine.not_started', {}, { details }));
      };
      const timer = setTimeout(() => {
        fail('no answer');
        process.kill();
      }, this.#ports.startMs ?? 30_000);
      process.onMessage((message) => {
        const { port, error, log, ask, localData } = read(message);
        if (localData) for (const listener of this.#dataListeners) listener(localData);
        if (ask) void this.#answer(process, ask.id, ask.question);
        if (log) this.#ports.log[log.level](log.message, log.data);
        if (error) {
          this.#refusal = error;
          clearTimeout(timer);
          reject(fromErrorData(error));
        }
        if (port === null) return;
        clearTimeout(timer);
        resolve({ baseUrl: `http://127.0.0.1:${port}/rest`, token });
      });
      process.onExit((code) => fail(`it ended with code ${String(code)}`));
    });
  }

  async #restart(): Promise<void> {
    const now = Date.now();
    this.#failures = [...this.#failures.filter((time) => now - time < failureWindowMs), now];
    const count = this.#failures.length;
    if (!this.#wanted) return;
    const worn = count >= mostFailures ? toErrorData(new AppError('engine.keeps_failing', { count })) : null;
    const reason = this.#refusal ?? worn;
    if (reason) {
      this.#wanted = false;
      this.#become('failed', reason);
      return;
    }
    this.#become('starting');
    // Whoever asks meanwhile waits for the next start.
    const again = (async () => {
      await this.#wait(Math.min(longestRestartDelayMs, 250 * 4 ** (count - 1)));
      if (!this.#wanted) throw new AppError('engine.stopped');
      this.#launch();
      return this.endpoint();
    })();
    this.#endpoint = again;
    await again.catch(() => undefined);
  }

  #wait(ms: number): Promise<void> {
    return this.#ports.wait ? this.#ports.wait(ms) : new Promise((resolve) => setTimeout(resolve, ms));
  }

  #become(state: EngineState['state'], error: ErrorData | null = null): void {
    this.#state = { state, error };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

interface EngineWord {
  readonly port: number | null;
  readonly error: ErrorData | null;
  readonly localData: readonly LocalDataset[] | null;
  readonly ask: { readonly id: number; readonly question: EngineQuestion } | null;
  readonly log: { readonly level: keyof Log; readonly message: string; readonly data?: LogData } | null;
}

const levels: readonly unknown[] = ['debug', 'info', 'warn', 'error'] satisfies readonly (keyof Log)[];

/** What the engine says: its port once, why it cannot start, or an entry for the log. */
function read(message: unknown): EngineWord {
  const nothing: EngineWord = { port: null, error: null, ask: null, log: null, localData: null };
  if (typeof message !== 'object' || message === null) return nothing;
  if ('port' in message) {
    const { port } = message;
    const valid = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536;
    return valid ? { ...nothing, port } : nothing;
  }
  if ('error' in message) return { ...nothing, error: message.error as ErrorData };
  if ('ask' in message) {
    const { id, ...question } = message.ask as { readonly id: number } & EngineQuestion;
    return { ...nothing, ask: { id, question } };
  }
  if ('localData' in message && Array.isArray(message.localData)) {
    return { ...nothing, localData: message.localData as readonly LocalDataset[] };
  }
  if ('log' in message) {
    const log = message.log as NonNullable<EngineWord['log']>;
    return levels.includes(log.level) ? { ...nothing, log } : nothing;
  }
  return nothing;
}
