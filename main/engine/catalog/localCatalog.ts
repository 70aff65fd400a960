import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { AppError } from '@shared/errors';
import type { Log } from '@shared/log';
import type { Files } from '../files';
import { ServiceError } from '../http/serviceError';
import { profileOf, type ImageLimits } from '../imagery/profile';
import type { RasterAccess } from '../rasterAccess';
import type { Store } from '../store';
import type { SceneRow } from '../store/scenes';
import type { TaskRunner } from '../tasks/types';
import { factsOf } from './facts';
import { scanFolder, type FoundFile } from './scan';
import type { CatalogFolder, Scene, SceneMosaic } from './types';

export interface LocalCatalogPorts {
  readonly store: Store;
  readonly files: Files;
  readonly rasters: RasterAccess;
  readonly runner: TaskRunner;
  readonly limits: ImageLimits;
  readonly log: Log;
}

/** Headers that are read at once. */
const lanes = 4;

/**
 * Folders on this computer as providers of the catalogue. Headers are read once and remembered; a search looks for what has
 * come, changed or gone since.
 */
export class LocalCatalog {
  readonly #ports: LocalCatalogPorts;
  #folders: readonly CatalogFolder[] = [];
  #rows: readonly SceneRow[];
  readonly #absent = new Set<string>();
  #refreshing: Promise<void> | null = null;
  readonly #preparing = new Map<string, Promise<void>>();

  constructor(ports: LocalCatalogPorts) {
    this.#ports = ports;
    this.#rows = ports.store.scenes.all();
  }

  /** Registers these folders and no others. */
  setFolders(paths: readonly string[]): void {
    this.#folders = named([...new Set(paths.map((path) => resolve(path)))]);
    const known = new Set(this.#folders.map(({ path }) => path));
    for (const folder of new Set(this.#rows.map((row) => row.folder))) {
      if (!known.has(folder)) this.#ports.store.scenes.forget(folder);
    }
    this.#rows = this.#ports.store.scenes.all();
  }

  folders(): readonly CatalogFolder[] {
    return this.#folders;
  }

  /** Looks at the folders anew; a look under way serves as well. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  scenes(): readonly Scene[] {
    const folders = new Map(this.#folders.map((folder) => [folder.path, folder]));
    return this.#rows.flatMap(({ id, path, filename, group, folder, scene }): Scene[] => {
      const { provider } = folders.get(folder) ?? {};
      if (scene === null || provider === undefined) return [];
      return [{ id, path, filename, group, provider, ...scene, available: !this.#absent.has(folder) }];
    });
  }

  scene(id: string): Scene | null {
    return this.scenes().find((scene) => scene.id === id) ?? null;
  }

  /** Scenes that lie together and are alike, as mosaics. */
  mosaics(): readonly SceneMosaic[] {
    const groups = new Map<string, Scene[]>();
    for (const scene of this.scenes()) {
      const { crs, bands, pixelSize } = scene.profile;
      const key = [scene.provider, scene.group, crs, bands, pixelSize[0].toPrecision(3)].join('\n');
      groups.set(key, [...(groups.get(key) ?? []), scene]);
    }
    return [...groups].flatMap(([key, scenes]): SceneMosaic[] => {
      const [first, second] = scenes;
      if (!first || !second) return [];
      const folder = this.#folders.find(({ provider }) => provider === first.provider);
      const name = first.group === '' ? (folder?.displayName ?? first.provider) : first.group;
      const latestLast = [...scenes].sort((a, b) => (a.facts.acquired < b.facts.acquired ? -1 : 1));
      return [{ id: idOf(`mosaic\n${key}`), name, provider: first.provider, scenes: latestLast }];
    });
  }

  mosaic(id: string): SceneMosaic | null {
    return this.mosaics().find((mosaic) => mosaic.id === id) ?? null;
  }

  /** Makes a scene's previews where they are not there yet. Throws `PreviewNotFound` when its pixels cannot be read. */
  async prepare(scene: Scene): Promise<void> {
    const { files } = this.#ports;
    if (await stat(files.preview(scene.id, 'l')).catch(() => null)) return;
    const running = this.#preparing.get(scene.id) ?? this.#prepare(scene);
    this.#preparing.set(scene.id, running);
    await running.finally(() => this.#preparing.delete(scene.id));
  }

  async #prepare(scene: Scene): Promise<void> {
    const { files, runner, store, log } = this.#ports;
    try {
      const { footprint } = await runner.run<'prepare'>({
        kind: 'prepare',
        path: scene.path,
        small: files.preview(scene.id, 's'),
        large: files.preview(scene.id, 'l'),
        picture: files.picture(scene.id),
      });
      if (footprint === null) return;
      store.scenes.setFootprint(scene.id, footprint);
      this.#rows = store.scenes.all();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn('no preview of a scene', { scene: scene.path, reason: error.kind });
      throw new ServiceError(404, 'PreviewNotFound', { uid: scene.id });
    }
  }

  async #refresh(): Promise<void> {
    for (const { path } of this.#folders) {
      const found = await scanFolder(path).catch(() => null);
      if (found === null) {
        this.#absent.add(path);
        continue;
      }
      this.#absent.delete(path);
      await this.#update(path, found);
    }
  }

  async #update(folder: string, found: readonly FoundFile[]): Promise<void> {
    const { store, files } = this.#ports;
    const before = new Map(this.#rows.filter((row) => row.folder === folder).map((row) => [row.path, row]));
    const rows: SceneRow[] = [];
    let changed = before.size !== found.length;
    const waiting = [...found];
    const lane = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const known = before.get(file.path);
        if (known?.size === file.size && known.modified === file.modified.getTime()) {
          rows.push(known);
          continue;
        }
        changed = true;
        const row = await this.#read(folder, file);
        await files.removeImage(row.id);
        rows.push(row);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    // A folder that was taken away meanwhile stays away.
    if (!changed || !this.#folders.some(({ path }) => path === folder)) return;
    store.scenes.replace(folder, rows);
    this.#rows = store.scenes.all();
  }

  async #read(folder: string, file: FoundFile): Promise<SceneRow> {
    const { rasters, limits, log } = this.#ports;
    const row = {
      id: idOf(`scene\n${folder}\n${file.path}`),
      folder,
      path: file.path,
      group: file.group,
      filename: file.name,
      size: file.size,
      modified: file.modified.getTime(),
    };
    try {
      const raster = await rasters.open(file.path);
      await raster.close();
      const facts = await factsOf(file.path, raster.description, file.modified);
      return { ...row, scene: { ...profileOf(raster.description, file.name, limits), facts } };
    } catch (error) {
      if (!(error instanceof AppError) && !(error instanceof ServiceError)) throw error;
      const reason = error instanceof AppError ? error.kind : error.code;
      log.info('a file of a registered folder is no imagery', { path: file.path, reason });
      return { ...row, scene: null };
    }
  }
}

/** An id in the form of a UUID that is the same for the same thing. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** Providers by the names of their folders, told apart where two have the same. */
function named(paths: readonly string[]): readonly CatalogFolder[] {
  const taken = new Set<string>(['my_imagery_images', 'my_imagery_mosaics']);
  return paths.map((path) => {
    const displayName = basename(path) === '' ? path : basename(path);
    const words = displayName
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_|_$/g, '');
    const wanted = words === '' ? 'folder' : words;
    let provider = wanted;
    for (let n = 2; taken.has(provider); n++) provider = `${wanted}_${String(n)}`;
    taken.add(provider);
    return { path, provider, displayName };
  });
}
