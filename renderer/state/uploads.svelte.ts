import type {
  Bandwidth,
  StartedUploads,
  Upload,
  UploadChunk,
  UploadPlanView,
  UploadState,
} from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

export type MosaicChoice = { readonly id: string } | { readonly name: string };

/** What is given up for fewer bytes; null for nothing. */
export type Reduce = Upload['reducedTo'];

export interface CutChoice {
  /** bytes of a chunk; null leaves it to main */
  readonly targetBytes: number | null;
  readonly reduce: Reduce;
}

const inputOf = ({ targetBytes, reduce }: CutChoice) => ({
  ...(targetBytes === null ? {} : { targetBytes }),
  ...(reduce === null ? {} : { reduce }),
});

const running: readonly UploadState[] = ['waiting', 'sending', 'offline', 'verifying', 'preparing'];

export const isRunning = (upload: Upload): boolean => running.includes(upload.state);
export const isFinished = (upload: Upload): boolean =>
  upload.state === 'done' || upload.state === 'failed' || upload.state === 'cancelled';

/** Uploads of the active account, newest first, and the chunk map of one of them. */
export class Uploads {
  readonly list = new Loadable<readonly Upload[]>();
  readonly bandwidth = new Loadable<Bandwidth>();
  readonly #api: Api;
  #mapped = $state<string | null>(null);
  #chunks = $state.raw<readonly UploadChunk[]>([]);

  constructor(api: Api) {
    this.#api = api;
    api.on('uploads.changed', (upload) => this.#put(upload));
    api.on('uploads.removed', ({ uploadId }) => this.#drop(uploadId));
    api.on('uploads.chunk', ({ uploadId, index, state }) => {
      if (uploadId !== this.#mapped) return;
      this.#chunks = this.#chunks.map((chunk) => (chunk.index === index ? { ...chunk, state } : chunk));
    });
  }

  get all(): readonly Upload[] {
    return this.list.value ?? [];
  }

  /** What has not ended, in the order in which it is sent. */
  get queue(): readonly Upload[] {
    return this.all.filter((upload) => !isFinished(upload)).sort((a, b) => a.position - b.position);
  }

  /** What has ended, the last first. */
  get history(): readonly Upload[] {
    const ended = (upload: Upload): string => upload.finishedAt ?? upload.createdAt;
    return this.all.filter(isFinished).sort((a, b) => ended(b).localeCompare(ended(a)));
  }

  get runningCount(): number {
    return this.all.filter(isRunning).length;
  }

  /** The upload whose chunks the map shows. */
  get mapped(): Upload | null {
    return this.all.find((upload) => upload.id === this.#mapped) ?? null;
  }

  get chunks(): readonly UploadChunk[] {
    return this.#chunks;
  }

  /** The newest upload of a file that is not given up: it says where the file's mosaic is. */
  forPath(path: string): Upload | null {
    return this.all.find((upload) => upload.path === path && upload.state !== 'cancelled') ?? null;
  }

  async load(): Promise<void> {
    await this.list.load(async () => newestFirst(await this.#api.call('uploads.list')));
  }

  plan(rasterId: string, mosaicId: string | null, cut: CutChoice): Promise<UploadPlanView> {
    return this.#api.call('uploads.plan', { rasterId, mosaicId, ...inputOf(cut) });
  }

  async start(rasterId: string, mosaic: MosaicChoice, cut: CutChoice): Promise<Upload> {
    const upload = await this.#api.call('uploads.start', { rasterId, mosaic, ...inputOf(cut) });
    this.#put(upload);
    return upload;
  }

  /** Files and folders of files, all into one mosaic. */
  async startFiles(
    paths: readonly string[],
    mosaic: MosaicChoice,
    reduce: Reduce = null,
  ): Promise<StartedUploads> {
    const cut = inputOf({ targetBytes: null, reduce });
    const started = await this.#api.call('uploads.startFiles', { paths: [...paths], mosaic, ...cut });
    started.uploads.forEach((upload) => this.#put(upload));
    return started;
  }

  /** Up (-1) or down (1) in the queue; false at its end. */
  async shift(uploadId: string, by: -1 | 1): Promise<boolean> {
    const { queue } = this;
    const at = queue.findIndex((upload) => upload.id === uploadId);
    const target = at + (by === 1 ? 2 : -1);
    if (at < 0 || target < 0 || (by === 1 && at === queue.length - 1)) return false;
    await this.moveBefore(uploadId, queue[target]?.id ?? null);
    return true;
  }

  /** Before another one of the queue; null: to its end. */
  moveBefore(uploadId: string, before: string | null): Promise<void> {
    return this.#api.call('uploads.move', { uploadId, before });
  }

  pauseAll(): Promise<void> {
    return this.#api.call('uploads.pauseAll');
  }

  resumeAll(): Promise<void> {
    return this.#api.call('uploads.resumeAll');
  }

  clearHistory(): Promise<void> {
    return this.#api.call('uploads.clearHistory');
  }

  /** Images of a mosaic that the server could not prepare; answers with their number. */
  removeFailedImages(mosaicId: string): Promise<number> {
    return this.#api.call('uploads.removeFailedImages', { mosaicId });
  }

  async loadBandwidth(): Promise<void> {
    await this.bandwidth.load(() => this.#api.call('uploads.bandwidth'));
  }

  async limit(bandwidth: Bandwidth): Promise<void> {
    this.bandwidth.set(await this.#api.call('uploads.setBandwidth', bandwidth));
  }

  /** The network is back: nothing waits longer than it must. */
  networkIsBack(): Promise<void> {
    return this.#api.call('uploads.networkIsBack');
  }

  pause(uploadId: string): Promise<void> {
    return this.#api.call('uploads.pause', { uploadId });
  }

  resume(uploadId: string): Promise<void> {
    return this.#api.call('uploads.resume', { uploadId });
  }

  /** Tries again what failed; what is confirmed stays. */
  retry(uploadId: string): Promise<void> {
    return this.#api.call('uploads.retry', { uploadId });
  }

  cancel(uploadId: string): Promise<void> {
    return this.#api.call('uploads.cancel', { uploadId });
  }

  async remove(uploadId: string): Promise<void> {
    await this.#api.call('uploads.remove', { uploadId });
    this.#drop(uploadId);
  }

  /** Shows the chunks of an upload on the map, or hides them when they are shown. */
  async toggleChunkMap(uploadId: string): Promise<void> {
    if (this.#mapped === uploadId) {
      this.hideChunkMap();
      return;
    }
    this.#mapped = uploadId;
    const chunks = await this.#api.call('uploads.chunks', { uploadId });
    if (this.#mapped === uploadId) this.#chunks = chunks;
  }

  hideChunkMap(): void {
    this.#mapped = null;
    this.#chunks = [];
  }

  #put(upload: Upload): void {
    const others = this.all.filter((other) => other.id !== upload.id);
    this.list.set(newestFirst([...others, upload]));
  }

  #drop(uploadId: string): void {
    this.list.set(this.all.filter((upload) => upload.id !== uploadId));
    if (this.#mapped === uploadId) this.hideChunkMap();
  }
}

function newestFirst(uploads: readonly Upload[]): readonly Upload[] {
  return [...uploads].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
