import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const folders = ['incoming', 'images', 'previews', 'results'] as const;
const uuidLength = 36;

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

  picture(id: string): string {
    return join(this.folder, 'previews', `${id}.picture`);
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

  /** Features of one area at another threshold, in levels of its probabilities. */
  outlines(processingId: string, area: number, level: number): string {
    return join(this.resultFolder(processingId), `area-${String(area)}-at-${String(level)}.geojsonl`);
  }

  /** The probabilities of all areas, for tiles and previews. */
  probabilities(processingId: string): string {
    return join(this.resultFolder(processingId), 'probabilities.sqlite');
  }

  /** Tiles that were fetched for a processing. */
  fetched(processingId: string): string {
    return join(this.resultFolder(processingId), 'imagery.tif');
  }

  resultIndex(processingId: string): string {
    return join(this.resultFolder(processingId), 'tiles.sqlite');
  }

  result(processingId: string): string {
    return join(this.resultFolder(processingId), 'result.geojson');
  }

  async makeFolders(): Promise<void> {
    for (const name of folders) await mkdir(join(this.folder, name), { recursive: true });
  }

  /** Removes what a stop of the engine left behind: half received files, and files that the database does not know. */
  async sweep(known: {
    readonly images: ReadonlySet<string>;
    readonly results: ReadonlySet<string>;
  }): Promise<void> {
    await this.#removeUnless('incoming', () => false);
    await this.#removeUnless('images', (name) => known.images.has(name.slice(0, uuidLength)));
    await this.#removeUnless('previews', (name) => known.images.has(name.slice(0, uuidLength)));
    await this.#removeUnless('results', (name) => known.results.has(name));
  }

  async #removeUnless(folder: (typeof folders)[number], keep: (name: string) => boolean): Promise<void> {
    for (const name of await readdir(join(this.folder, folder))) {
      if (!keep(name)) await rm(join(this.folder, folder, name), { recursive: true, force: true });
    }
  }

  async removeImage(id: string): Promise<void> {
    await Promise.all(
      [this.image(id), this.preview(id, 's'), this.preview(id, 'l'), this.picture(id)].map((path) =>
        rm(path, { force: true }),
      ),
    );
  }

  async makeResultFolder(processingId: string): Promise<void> {
    await mkdir(this.resultFolder(processingId), { recursive: true });
  }

  async removeResult(processingId: string): Promise<void> {
    await rm(this.resultFolder(processingId), { recursive: true, force: true });
  }
}
