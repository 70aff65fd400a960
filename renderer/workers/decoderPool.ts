import { AppError, fromErrorData } from '@shared/errors';
import type { DecodedBlock } from '@shared/tiff/types';
import type { BlockTask, TileTask, WorkerAnswer, WorkerRequest } from './decodeJobs';
import type { CellTask, ReducedCell } from '@shared/tiff/tiles/reducedCell';

export type { BlockTask, TileTask } from './decodeJobs';

/** Web workers that decode blocks. One pool for the whole window, shared by all layers. */
export interface DecoderPool {
  /** Workers in the pool. */
  readonly size: number;
  /**
   * Decodes blocks in one worker, in order; AppError `tiff.*` in the place of one that cannot be decoded. The stored bytes go
   * over to the worker: the caller no longer has them. Waiting requests whose signal is aborted are dropped; those under way
   * are finished and thrown away. Rejects with the signal's reason or `map.decoder_died`.
   */
  decode(tasks: readonly BlockTask[], signal?: AbortSignal): Promise<readonly (DecodedBlock | AppError)[]>;
  /** Decodes the blocks of one tile and puts it together, under the same rules; rejects with AppError `tiff.*` too. */
  decodeTile(task: TileTask, signal?: AbortSignal): Promise<Uint8Array | Float32Array>;
  /** Reduces cells in one worker, in order. Rejects with `map.decoder_died`. */
  reduceCells(task: CellTask): Promise<readonly ReducedCell[]>;
  /** Starts a worker before there is anything to do: that takes longer than decoding the first tiles. */
  warmUp(): void;
  /** Ends all workers; what is waiting or under way is rejected. */
  close(): void;
}

/** What the pool needs of a worker. */
export interface DecoderWorker {
  send(request: WorkerRequest, transfer: ArrayBuffer[]): void;
  onAnswer(listener: (answer: WorkerAnswer) => void): void;
  /** Calls back when the worker fails as a whole. */
  onDeath(listener: () => void): void;
  end(): void;
}

/** Requests given to a worker at once: the second is there when the first is done. */
const DEPTH = 2;

/**
 * A pool that starts its workers as they are needed.
 * @param size workers at most; all processor cores but one, and at least two, when left out
 */
export function createDecoderPool(
  spawn: () => DecoderWorker = spawnTileDecoder,
  size: number = Math.max(2, navigator.hardwareConcurrency - 1),
): DecoderPool {
  return new Pool(spawn, size);
}

function spawnTileDecoder(): DecoderWorker {
  const worker = new Worker(new URL('./tileDecoder.worker.ts', import.meta.url), { type: 'module' });
  return {
    send: (request, transfer) => worker.postMessage(request, transfer),
    onAnswer: (listener) =>
      worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => listener(data)),
    onDeath: (listener) => worker.addEventListener('error', listener),
    end: () => worker.terminate(),
  };
}

type Work =
  | { readonly kind: 'blocks'; readonly tasks: readonly BlockTask[] }
  | { readonly kind: 'tile'; readonly task: TileTask }
  | { readonly kind: 'cells'; readonly task: CellTask };

interface Waiting {
  readonly work: Work;
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (reason: Error) => void;
}

interface Member {
  readonly worker: DecoderWorker;
  readonly pending: Map<number, Waiting>;
}

class Pool implements DecoderPool {
  readonly #queue: Waiting[] = [];
  readonly #members: Member[] = [];
  #nextId = 1;
  #closed = false;

  constructor(
    private readonly spawn: () => DecoderWorker,
    readonly size: number,
  ) {}

  async decode(
    tasks: readonly BlockTask[],
    signal?: AbortSignal,
  ): Promise<readonly (DecodedBlock | AppError)[]> {
    if (tasks.length === 0) return [];
    const answer = await this.#submit({ kind: 'blocks', tasks }, signal);
    if (answer.kind !== 'blocks') throw new AppError('map.decoder_died');
    return answer.blocks.map((block) => ('error' in block ? fromErrorData(block.error) : block));
  }

  async decodeTile(task: TileTask, signal?: AbortSignal): Promise<Uint8Array | Float32Array> {
    const answer = await this.#submit({ kind: 'tile', task }, signal);
    if (answer.kind !== 'tile') throw new AppError('map.decoder_died');
    return answer.tile;
  }

  async reduceCells(task: CellTask): Promise<readonly ReducedCell[]> {
    const answer = await this.#submit({ kind: 'cells', task }, undefined);
    if (answer.kind !== 'cells') throw new AppError('map.decoder_died');
    return answer.cells;
  }

  warmUp(): void {
    if (!this.#closed && this.#members.length === 0) this.#start();
  }

  close(): void {
    this.#closed = true;
    const gone = new AppError('map.decoder_died');
    for (const { worker, pending } of this.#members.splice(0)) {
      worker.end();
      for (const one of pending.values()) one.reject(gone);
    }
    for (const one of this.#queue.splice(0)) one.reject(gone);
  }

  async #submit(work: Work, signal: AbortSignal | undefined): Promise<WorkerAnswer> {
    signal?.throwIfAborted();
    if (this.#closed) throw new AppError('map.decoder_died');
    let onAbort = (): void => undefined;
    try {
      return await new Promise<WorkerAnswer>((resolve, reject) => {
        const waiting: Waiting = { work, resolve, reject };
        onAbort = () => {
          const at = this.#queue.indexOf(waiting);
          if (at >= 0) this.#queue.splice(at, 1);
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort);
        this.#queue.push(waiting);
        this.#dispatch();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const member = this.#freeMember();
      if (!member) return;
      const waiting = this.#queue.shift() as Waiting;
      const id = this.#nextId++;
      member.pending.set(id, waiting);
      member.worker.send({ id, ...waiting.work }, buffersOf(waiting.work));
    }
  }

  /** The member with the least to do; a new one while there are fewer than allowed and none is idle. */
  #freeMember(): Member | null {
    const [least] = [...this.#members].sort((a, b) => a.pending.size - b.pending.size);
    if (least?.pending.size === 0) return least;
    if (this.#members.length < this.size) return this.#start();
    return least && least.pending.size < DEPTH ? least : null;
  }

  #start(): Member {
    const member: Member = { worker: this.spawn(), pending: new Map() };
    member.worker.onAnswer((answer) => {
      const waiting = member.pending.get(answer.id);
      member.pending.delete(answer.id);
      if (answer.kind === 'failed') waiting?.reject(fromErrorData(answer.error));
      else waiting?.resolve(answer);
      this.#dispatch();
    });
    member.worker.onDeath(() => this.#bury(member));
    this.#members.push(member);
    return member;
  }

  /** A worker that died takes its requests with it; the next one starts another. */
  #bury(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    this.#members.splice(at, 1);
    member.worker.end();
    for (const waiting of member.pending.values()) waiting.reject(new AppError('map.decoder_died'));
    this.#dispatch();
  }
}

/** The memory of the stored bytes, where a view owns all of its buffer. */
function buffersOf(work: Work): ArrayBuffer[] {
  const views = viewsOf(work);
  const owned = views.filter(({ byteLength, buffer }) => byteLength === buffer.byteLength);
  return [...new Set(owned.map(({ buffer }) => buffer as ArrayBuffer))];
}

function viewsOf(work: Work): Uint8Array[] {
  if (work.kind === 'blocks') return work.tasks.map(({ bytes }) => bytes);
  const parts = work.kind === 'tile' ? [work.task] : work.task.cells;
  return parts.flatMap(({ imageBytes, maskBytes }) =>
    [...imageBytes, ...maskBytes].flatMap(([, bytes]) => bytes ?? []),
  );
}
