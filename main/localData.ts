import { resolve } from 'node:path';
import type { LocalDataset } from '@shared/ipc/types';

interface SettingsStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const key = 'localData';

/** Extracts of OpenStreetMap and surface models that a person has registered, and what the engine found in them. */
export class LocalData {
  readonly #listeners = new Set<() => void>();
  #found: readonly LocalDataset[] = [];

  constructor(private readonly store: SettingsStore) {}

  paths(): readonly string[] {
    const kept = this.store.get(key);
    return Array.isArray(kept) ? kept.filter((path): path is string => typeof path === 'string') : [];
  }

  /** All that is registered; of what the engine has not looked at, the path alone is known. */
  list(): readonly LocalDataset[] {
    return this.paths().map(
      (path) =>
        this.#found.find((dataset) => dataset.path === path) ?? {
          path,
          kind: /\.tiff?$/i.test(path) ? 'surface' : 'osm',
          size: null,
          bounds: null,
        },
    );
  }

  /** Hears of each change of what is registered. */
  onPaths(listener: () => void): void {
    this.#listeners.add(listener);
  }

  add(paths: readonly string[]): readonly LocalDataset[] {
    return this.#set([...new Set([...this.paths(), ...paths.map((path) => resolve(path))])]);
  }

  remove(path: string): readonly LocalDataset[] {
    return this.#set(this.paths().filter((kept) => kept !== path));
  }

  /** What the engine says of the files. */
  found(datasets: readonly LocalDataset[]): void {
    this.#found = datasets;
  }

  #set(paths: readonly string[]): readonly LocalDataset[] {
    this.store.set(key, paths);
    for (const listener of this.#listeners) listener();
    return this.list();
  }
}
