import { AppError } from '@shared/errors';
import type { Log } from '@shared/log';
import type { Files } from '../files';
import type { ImageRow, Store } from '../store';
import type { TaskRunner } from '../tasks/types';

/**
 * Prepares uploaded images one after another: previews and the outline of the data. Images that a stop of the engine
 * interrupted are taken up again.
 */
export class Preparation {
  #running: Promise<void> | null = null;
  readonly #stop = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly files: Files,
    private readonly runner: TaskRunner,
    private readonly log: Log,
  ) {}

  /** Tells that there may be work. */
  wake(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#running = this.#work().finally(() => {
      this.#running = null;
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #work(): Promise<void> {
    for (;;) {
      const [image] = this.store.images.unprepared();
      if (!image || this.#stop.signal.aborted) return;
      await this.#prepare(image);
    }
  }

  async #prepare(image: ImageRow): Promise<void> {
    this.store.images.setStatus(image.id, 'IN_PROGRESS');
    try {
      const { footprint } = await this.runner.run<'prepare'>(
        {
          kind: 'prepare',
          path: image.linkedPath ?? this.files.image(image.id),
          small: this.files.preview(image.id, 's'),
          large: this.files.preview(image.id, 'l'),
          picture: this.files.picture(image.id),
        },
        { signal: this.#stop.signal },
      );
      this.store.images.setPrepared(image.id, footprint);
    } catch (error) {
      // Closing the engine is no fault of the image: it is prepared at the next start.
      if (this.#stop.signal.aborted) return;
      const reason = error instanceof AppError ? `${error.kind} ${error.details ?? ''}` : String(error);
      this.log.warn('image preparation failed', { image: image.id, reason });
      this.store.images.setStatus(image.id, 'FAILED', 'FileOpenError');
    }
  }
}
