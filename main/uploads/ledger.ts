import { AppError } from '@shared/errors';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import { createRpcClient, type RpcClient, type RpcPort } from '@shared/rpc';
import type { ChunkChange, Ledger, LedgerReads, UploadChange } from './ports';

/** Writes of the ledger's store. Each is on disk when it returns, which takes as long as the disk takes. */
export interface LedgerWrites {
  insert(upload: UploadRecord, chunks: readonly ChunkRecord[]): void;
  update(id: string, change: UploadChange): void;
  updateChunk(uploadId: string, index: number, change: ChunkChange): void;
  remove(id: string): void;
  lease(id: string, pid: number, until: number, isAlive: (pid: number) => boolean): boolean;
  release(id: string, pid: number): void;
  /** All or nothing, on disk at once when it returns. */
  together(work: () => void): void;
}

/** What can be written, as calls that may come from another thread. */
export function ledgerMethods(store: LedgerWrites) {
  const batch = new Batch((work) => store.together(work));
  const write = <T>(work: () => T): Promise<T> => batch.add(work);
  return {
    insert: ({ upload, chunks }: { upload: UploadRecord; chunks: readonly ChunkRecord[] }) =>
      write(() => store.insert(upload, chunks)),
    update: ({ id, change }: { id: string; change: UploadChange }) => write(() => store.update(id, change)),
    updateChunk: ({ uploadId, index, change }: { uploadId: string; index: number; change: ChunkChange }) =>
      write(() => store.updateChunk(uploadId, index, change)),
    remove: ({ id }: { id: string }) => write(() => store.remove(id)),
    lease: ({ id, pid, until }: { id: string; pid: number; until: number }) =>
      write(() => store.lease(id, pid, until, isAlive)),
    release: ({ id, pid }: { id: string; pid: number }) => write(() => store.release(id, pid)),
  };
}

export type LedgerMethods = ReturnType<typeof ledgerMethods>;

interface Waiting {
  readonly run: () => void;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

/** Writes that come while the disk is busy share the next sync: a promise is kept only when its batch is on disk. */
class Batch {
  readonly #commit: (work: () => void) => void;
  #waiting: Waiting[] = [];

  constructor(commit: (work: () => void) => void) {
    this.#commit = commit;
  }

  add<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let settle: () => void = () => undefined;
      const run = (): void => {
        try {
          const value = work();
          settle = () => resolve(value);
        } catch (error) {
          // One that fails does not take the others along.
          const reason = error instanceof Error ? error : new Error(String(error));
          settle = () => reject(reason);
        }
      };
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ run, settle: () => settle(), fail: reject });
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      this.#commit(() => {
        for (const { run } of batch) run();
      });
    } catch (error) {
      for (const { fail } of batch) fail(error);
      return;
    }
    for (const { settle } of batch) settle();
  }
}

/** The ledger of a process that may wait for its disk: the command line. */
export function directLedger(store: LedgerReads & LedgerWrites): Ledger {
  return { ...readsOf(store), ...writesOver(ledgerMethods(store)) };
}

/** A thread that was just started. */
export interface WriterLink {
  readonly port: RpcPort;
  /** Calls back once, however it ends. */
  onExit(listener: () => void): void;
  kill(): void;
}

/** The ledger of the window: read here, written by a thread that waits for the disk in our place. */
export class LedgerWriter {
  readonly #spawn: () => WriterLink;
  #running: { readonly link: WriterLink; readonly client: RpcClient<LedgerMethods> } | null = null;

  constructor(spawn: () => WriterLink) {
    this.#spawn = spawn;
  }

  /** Starts the thread: it also keeps the library's journal short. */
  over(store: LedgerReads): Ledger {
    this.#client();
    const call =
      <K extends keyof LedgerMethods>(method: K) =>
      (input: Parameters<LedgerMethods[K]>[0]) =>
        this.#client().call(method, input as never) as ReturnType<LedgerMethods[K]>;
    const methods: LedgerMethods = {
      insert: call('insert'),
      update: call('update'),
      updateChunk: call('updateChunk'),
      remove: call('remove'),
      lease: call('lease'),
      release: call('release'),
    };
    return { ...readsOf(store), ...writesOver(methods) };
  }

  close(): void {
    this.#running?.link.kill();
    this.#running = null;
  }

  #client(): RpcClient<LedgerMethods> {
    if (this.#running) return this.#running.client;
    const link = this.#spawn();
    const running = { link, client: createRpcClient<LedgerMethods>(link.port) };
    this.#running = running;
    link.onExit(() => {
      if (this.#running === running) this.#running = null;
      running.client.fail(new AppError('uploads.ledger_stopped'));
    });
    return running.client;
  }
}

function readsOf(store: LedgerReads): LedgerReads {
  return {
    list: () => store.list(),
    get: (id) => store.get(id),
    chunks: (uploadId) => store.chunks(uploadId),
    totals: (uploadId) => store.totals(uploadId),
  };
}

function writesOver(methods: LedgerMethods): Omit<Ledger, keyof LedgerReads> {
  return {
    insert: (upload, chunks) => methods.insert({ upload, chunks }),
    update: (id, change) => methods.update({ id, change }),
    updateChunk: (uploadId, index, change) => methods.updateChunk({ uploadId, index, change }),
    remove: (id) => methods.remove({ id }),
    lease: (id, pid, until) => methods.lease({ id, pid, until }),
    release: (id, pid) => methods.release({ id, pid }),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
