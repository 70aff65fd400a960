import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the engine keeps what is too large for its database. Names are made of its own ids alone. */
export class Files {
  constructor(private readonly folder: string) {}

  get root(): string {
    return this.folder;
  }

  get database(): string {
    return join(this.folder, 'engine.sqlite');
  }

  /** A file that is being received; moved to `image` once it is checked. */
  incoming(id: string): string {
    return join(this.folder, 'incoming', `${id}.part`);
  }

  image(id: string): string {
    return join(this.folder, 'images', `${id}.tif`);
  }

  preview(id: string, size: 's' | 'l'): string {
    return join(this.folder, 'previews', `${id}-${size}.jpg`);
  }

  resultFolder(processingId: string): string {
    return join(this.folder, 'results', processingId);
  }

  mask(processingId: string, partition: number): string {
    return join(this.resultFolder(processingId), `part-${String(partition)}.mask`);
  }

  /** Features of one area, one a line. */
  features(processingId: string, area: number): string {
    return join(this.resultFolder(processingId), `area-${String(area)}.geojsonl`);
  }

  result(processingId: string): string {
    return join(this.resultFolder(processingId), 'result.geojson');
  }

  /** Makes the folders, and clears what a stop of the engine left half received. */
  async prepare(): Promise<void> {
    for (const name of ['incoming', 'images', 'previews', 'results']) {
      await mkdir(join(this.folder, name), { recursive: true });
    }
    for (const left of await readdir(join(this.folder, 'incoming'))) {
      await rm(join(this.folder, 'incoming', left), { force: true });
    }
  }

  async removeImage(id: string): Promise<void> {
    await Promise.all(
      [this.image(id), this.preview(id, 's'), this.preview(id, 'l')].map((path) => rm(path, { force: true })),
    );
  }

  async makeResultFolder(processingId: string): Promise<void> {
    await mkdir(this.resultFolder(processingId), { recursive: true });
  }

  async removeResult(processingId: string): Promise<void> {
    await rm(this.resultFolder(processingId), { recursive: true, force: true });
  }
}
