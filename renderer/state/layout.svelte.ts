import type { Settings } from './settings.svelte';

export type BottomTab = 'uploads' | 'jobs' | 'table' | 'log';
export type RightTab = 'processing' | 'style' | 'quality';
export type LeftTab = 'projects' | 'bookmarks';
export type Dock = 'layers' | 'processing' | 'bottom';
export type CoordinateForm = 'map' | 'lonLat' | 'dms';

interface Docks {
  readonly layers: boolean;
  readonly processing: boolean;
  readonly bottom: boolean;
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

function isDocks(value: unknown): value is Docks {
  const docks = ['layers', 'processing', 'bottom'];
  return typeof value === 'object' && value !== null && docks.every((dock) => dock in value);
}

const isTab = (value: unknown): value is BottomTab =>
  value === 'uploads' || value === 'jobs' || value === 'table' || value === 'log';

const isRightTab = (value: unknown): value is RightTab =>
  value === 'processing' || value === 'style' || value === 'quality';

const isLeftTab = (value: unknown): value is LeftTab => value === 'projects' || value === 'bookmarks';

const isForm = (value: unknown): value is CoordinateForm =>
  value === 'map' || value === 'lonLat' || value === 'dms';

const forms: readonly CoordinateForm[] = ['map', 'lonLat', 'dms'];

/** Which docks are open and how large, remembered from one start to the next. */
export class Layout {
  readonly #settings: Settings;
  #docks = $state.raw<Docks>({ layers: true, processing: true, bottom: true });
  #tab = $state<BottomTab>('uploads');
  #rightTab = $state<RightTab>('processing');
  #leftTab = $state<LeftTab>('projects');
  #adding = $state<LeftTab | null>(null);
  #coordinates = $state<CoordinateForm>('map');
  /** Per cent of the window: left dock, map, right dock. */
  #columns: readonly number[] = [18, 61, 21];
  /** Per cent of the window: what is above, the bottom dock. */
  #rows: readonly number[] = [72, 28];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** After the settings are read. */
  restore(): void {
    this.#docks = this.#settings.recall('docks', isDocks) ?? this.#docks;
    this.#tab = this.#settings.recall('tab', isTab) ?? this.#tab;
    this.#rightTab = this.#settings.recall('rightTab', isRightTab) ?? this.#rightTab;
    this.#leftTab = this.#settings.recall('leftTab', isLeftTab) ?? this.#leftTab;
    this.#coordinates = this.#settings.recall('coordinates', isForm) ?? this.#coordinates;
    const columns = this.#settings.recall('columns', isNumbers);
    if (columns?.length === 3) this.#columns = columns;
    const rows = this.#settings.recall('rows', isNumbers);
    if (rows?.length === 2) this.#rows = rows;
  }

  get columns(): readonly number[] {
    return this.#columns;
  }

  get rows(): readonly number[] {
    return this.#rows;
  }

  isOpen(dock: Dock): boolean {
    return this.#docks[dock];
  }

  setOpen(dock: Dock, open: boolean): void {
    if (this.#docks[dock] === open) return;
    this.#docks = { ...this.#docks, [dock]: open };
    this.#settings.remember('docks', this.#docks);
  }

  toggle(dock: Dock): void {
    this.setOpen(dock, !this.isOpen(dock));
  }

  /** Sizes as they are while everything is open; a collapsed dock keeps the size it had. */
  keepColumns(sizes: readonly number[]): void {
    if (sizes.length !== 3 || !this.isOpen('layers') || !this.isOpen('processing')) return;
    this.#columns = sizes;
    this.#settings.remember('columns', sizes);
  }

  keepRows(sizes: readonly number[]): void {
    if (sizes.length !== 2 || !this.isOpen('bottom')) return;
    this.#rows = sizes;
    this.#settings.remember('rows', sizes);
  }

  get tab(): BottomTab {
    return this.#tab;
  }

  /** Opens the dock too: who asks for a tab wants to see it. */
  showTab(tab: BottomTab): void {
    this.#tab = tab;
    this.#settings.remember('tab', tab);
    this.setOpen('bottom', true);
  }

  get rightTab(): RightTab {
    return this.#rightTab;
  }

  /** Opens the dock too. */
  showRight(tab: RightTab): void {
    this.#rightTab = tab;
    this.#settings.remember('rightTab', tab);
    this.setOpen('processing', true);
  }

  get leftTab(): LeftTab {
    return this.#leftTab;
  }

  showLeft(tab: LeftTab): void {
    this.#leftTab = tab;
    this.#settings.remember('leftTab', tab);
    this.setOpen('layers', true);
  }

  /** The list of the left dock that asks for the name of a new entry. */
  get adding(): LeftTab | null {
    return this.#adding;
  }

  set adding(list: LeftTab | null) {
    this.#adding = list;
    if (list !== null) this.showLeft(list);
  }

  get coordinates(): CoordinateForm {
    return this.#coordinates;
  }

  cycleCoordinates(): void {
    this.#coordinates = forms[(forms.indexOf(this.#coordinates) + 1) % forms.length] ?? 'map';
    this.#settings.remember('coordinates', this.#coordinates);
  }
}
