import type { Upload, UploadChunk, UploadPlanView, UploadState } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

export type MosaicChoice = { readonly id: string } | { readonly name: string };

const running: readonly UploadState[] = ['waiting', 'sending', 'offline', 'verifying', 'preparing'];

export const isRunning = (upload: Upload): boolean => running.includes(upload.state);
export const isFinished = (upload: Upload): boolean =>
  upload.state === 'done' || upload.state === 'failed' || upload.state === 'cancelled';

/** Uploads of the active account, newest first, and the chunk map of one of them. */
export class Uploads {
  readonly list = new Loadable<readonly Upload[]>();
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

  /** `targetBytes`: the wanted size of a chunk; null leaves it to main. */
  plan(rasterId: string, mosaicId: string | null, targetBytes: number | null): Promise<UploadPlanView> {
    const size = targetBytes === null ? {} : { targetBytes };
    return this.#api.call('uploads.plan', { rasterId, mosaicId, ...size });
  }

  /** `targetBytes`: the wanted size of a chunk; null leaves it to main. */
  async start(rasterId: string, mosaic: MosaicChoice, targetBytes: number | null): Promise<Upload> {
    const size = targetBytes === null ? {} : { targetBytes };
    const upload = await this.#api.call('uploads.start', { rasterId, mosaic, ...size });
    this.#put(upload);
    return upload;
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
