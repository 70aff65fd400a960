import type { Bookmark } from '@shared/ipc/desk';
import type { Api } from '../bridge';
import type { Camera } from './camera.svelte';
import { Loadable } from './loadable.svelte';

/** Views with a name. */
export class Bookmarks {
  readonly list = new Loadable<readonly Bookmark[]>();
  readonly #api: Api;
  readonly #camera: Camera;

  constructor(api: Api, camera: Camera) {
    this.#api = api;
    this.#camera = camera;
  }

  get all(): readonly Bookmark[] {
    return this.list.value ?? [];
  }

  /** Whether the map shows a place on the Earth that can be kept. */
  get possible(): boolean {
    return this.#camera.facts.metresPerPixel !== null;
  }

  async load(): Promise<void> {
    await this.list.load(() => this.#api.call('bookmarks.list'));
  }

  /** The present view under a name; null where it has no place on the Earth. */
  async add(name: string): Promise<Bookmark | null> {
    const place = this.#camera.place();
    if (!place) return null;
    const bookmark = await this.#api.call('bookmarks.add', { name, place });
    this.list.set([...this.all, bookmark]);
    return bookmark;
  }

  go(bookmark: Bookmark): void {
    this.#camera.showPlace(bookmark.place);
  }

  async rename(bookmark: Bookmark, name: string): Promise<void> {
    const renamed = await this.#api.call('bookmarks.rename', { bookmarkId: bookmark.id, name });
    this.list.set(this.all.map((other) => (other.id === renamed.id ? renamed : other)));
  }

  async remove(bookmark: Bookmark): Promise<void> {
    await this.#api.call('bookmarks.remove', { bookmarkId: bookmark.id });
    this.list.set(this.all.filter((other) => other.id !== bookmark.id));
  }
}
