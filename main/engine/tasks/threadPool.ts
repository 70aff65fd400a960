import { Worker } from 'node:worker_threads';
import { AppError, fromErrorData } from '@shared/errors';
import type { FromThread, ToThread } from './messages';
import type { Task, TaskOf, TaskOptions, TaskResults, TaskRunner } from './types';

/** ms that a thread has to stop by itself; who cancels waits for less than a second */
const patience = 500;
/**
 * ms until a thread that may be in a network's machine code is ended all the same. That code takes its thread's end for a fault and the
 * whole process with it, so such a thread is waited for; it comes back after a window.
 */
const patienceWithNetworks = 30_000;
/** ms that such threads have when all is closed */
const closingPatience = 3000;

/** MB for what a thread has just made: pixels lie elsewhere, and more than this would wait long to be thrown away */
const youngMegabytes = 16;

interface Job {
  readonly id: number;
  readonly task: Task;
  readonly options: TaskOptions;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads that work on pixels, so that the server answers meanwhile. `file` is the script that calls `servePixelThread` when it
 * runs in a thread. A thread that dies fails its task and is replaced.
 */
export class ThreadPool implements TaskRunner {
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #closed = false;

  constructor(
    private readonly file: string | URL,
    /** Long tasks side by side; one more thread is kept for short ones. */
    readonly width: number,
    /** How many of them may ask networks. */
    readonly networkWidth = 1,
  ) {}

  run<Kind extends Task['kind']>(task: TaskOf<Kind>, options: TaskOptions = {}): Promise<TaskResults[Kind]> {
    if (this.#closed) return Promise.reject(new AppError('engine.stopping'));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const forget = (): void => options.signal?.removeEventListener('abort', cancel);
      const job: Job = {
        id,
        task,
        options,
        resolve: (result) => {
          forget();
          resolve(result as TaskResults[Kind]);
        },
        reject: (error) => {
          forget();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const cancel = (): void => this.#cancel(job);
      if (options.signal?.aborted) {
        job.reject(options.signal.reason);
        return;
      }
      options.signal?.addEventListener('abort', cancel);
      this.#waiting.push(job);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new AppError('engine.stopping'));
    const inNetworks = [...this.#busy].filter(([, { task }]) => mayBeInNetwork(task));
    await Promise.all(inNetworks.map(([worker, { id }]) => cancelled(worker, id)));
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #cancel(job: Job): void {
    const waiting = this.#waiting.indexOf(job);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      job.reject(job.options.signal?.reason);
      return;
    }
    for (const [worker, running] of this.#busy) {
      if (running !== job) continue;
      post(worker, { kind: 'cancel', id: job.id });
      setTimeout(() => this.#end(worker, job), patience).unref();
    }
  }

  /** A thread that is deep in its work does not hear: whoever asked is not kept waiting for it. */
  #end(worker: Worker, job: Job): void {
    if (this.#busy.get(worker) !== job) return;
    job.reject(job.options.signal?.reason);
    if (mayBeInNetwork(job.task)) {
      setTimeout(() => this.#terminate(worker, job), patienceWithNetworks - patience).unref();
    } else this.#terminate(worker, job);
  }

  #terminate(worker: Worker, job: Job): void {
    if (this.#busy.get(worker) !== job) return;
    this.#busy.delete(worker);
    void worker.terminate();
    this.#next();
  }

  #next(): void {
    if (this.#closed) return;
    const position = this.#waiting.findIndex((job) => this.#hasRoomFor(job));
    const [job] = position < 0 ? [] : this.#waiting.splice(position, 1);
    if (!job) return;
    const worker = this.#idle.pop() ?? this.#start();
    this.#busy.set(worker, job);
    post(worker, { kind: 'task', id: job.id, task: job.task });
    this.#next();
  }

  /** Long work never takes the last thread: somebody looks at a map meanwhile. */
  #hasRoomFor(job: Job): boolean {
    if (this.#busy.size > this.width) return false;
    const long = [...this.#busy.values()].filter(({ task }) => !isShort(task)).length;
    return isShort(job.task) || long < this.width;
  }

  #start(): Worker {
    const worker = new Worker(this.file, { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
    worker.unref();
    worker.on('message', (message: FromThread) => this.#heard(worker, message));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new AppError('engine.thread_ended')));
    return worker;
  }

  #heard(worker: Worker, message: FromThread): void {
    const job = this.#busy.get(worker);
    if (!job || job.id !== message.id) return;
    if (message.kind === 'progress') {
      if (!job.options.signal?.aborted) job.options.onProgress?.(message.done);
      return;
    }
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if (message.kind === 'done') job.resolve(message.result);
    else job.reject(job.options.signal?.aborted ? job.options.signal.reason : fromErrorData(message.error));
    this.#next();
  }

  #lost(worker: Worker, error: unknown): void {
    const idle = this.#idle.indexOf(worker);
    if (idle >= 0) this.#idle.splice(idle, 1);
    const job = this.#busy.get(worker);
    this.#busy.delete(worker);
    job?.reject(error instanceof Error ? error : new Error(String(error)));
    this.#next();
  }
}

const quickKinds: ReadonlySet<Task['kind']> = new Set([
  'tile',
  'index',
  'pyramid',
  'probabilityTile',
  'preview',
]);

const mayBeInNetwork = ({ kind }: Task): boolean => kind === 'detect';

/** When a thread has answered to a cancel, or has had its time. */
function cancelled(worker: Worker, id: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, closingPatience);
    const heard = (message: FromThread): void => {
      if (message.id !== id || message.kind === 'progress') return;
      clearTimeout(late);
      resolve();
    };
    worker.on('message', heard);
    worker.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    post(worker, { kind: 'cancel', id });
  });
}

/** What a person waits for. */
function isShort({ kind }: Task): boolean {
  return quickKinds.has(kind);
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}
