import { toErrorData, type ErrorData } from '@shared/errors';
import type { FeatureRow, ResultSummary } from '@shared/ipc/types';
import type { Api } from '../bridge';

const pageRows = 200;
const mostPages = 40;

interface Page {
  readonly number: number;
  readonly rows: readonly FeatureRow[];
}

/**
 * The attribute table of one result, read page by page as it scrolls. Rows that are not there yet are null; a bounded
 * number of pages is kept.
 */
export class Table {
  readonly #api: Api;
  #processingId = $state<string | null>(null);
  #title = $state('');
  #fields = $state.raw<readonly string[]>([]);
  #rowCount = $state(0);
  #sortBy = $state<string | null>(null);
  #descending = $state(false);
  #pages = $state.raw<readonly Page[]>([]);
  #error = $state.raw<ErrorData | null>(null);
  #opening = $state(false);
  #selectedId = $state<number | null>(null);
  /** Numbers of the pages that are there or on their way. */
  #asked: readonly number[] = [];
  #turn = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  get processingId(): string | null {
    return this.#processingId;
  }

  get title(): string {
    return this.#title;
  }

  get fields(): readonly string[] {
    return this.#fields;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get sortBy(): string | null {
    return this.#sortBy;
  }

  get descending(): boolean {
    return this.#descending;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  get opening(): boolean {
    return this.#opening;
  }

  get selectedId(): number | null {
    return this.#selectedId;
  }

  select(featureId: number | null): void {
    this.#selectedId = featureId;
  }

  async open(processingId: string, title: string): Promise<void> {
    this.close();
    this.#processingId = processingId;
    this.#title = title;
    this.#opening = true;
    const turn = this.#turn;
    try {
      const summary = await this.#api.call('results.summary', { processingId });
      if (turn === this.#turn) this.#describe(summary);
    } catch (error) {
      if (turn === this.#turn) this.#error = toErrorData(error);
    } finally {
      if (turn === this.#turn) this.#opening = false;
    }
  }

  close(): void {
    this.#processingId = null;
    this.#title = '';
    this.#fields = [];
    this.#rowCount = 0;
    this.#sortBy = null;
    this.#descending = false;
    this.#selectedId = null;
    this.#opening = false;
    this.#forgetPages();
  }

  /** By a field, up; again, down; a third time, in the order of the file. */
  sort(field: string): void {
    if (this.#sortBy !== field) {
      this.#sortBy = field;
      this.#descending = false;
    } else if (!this.#descending) {
      this.#descending = true;
    } else {
      this.#sortBy = null;
      this.#descending = false;
    }
    this.#forgetPages();
  }

  /** Only looks; `want` asks for what is not there. */
  row(index: number): FeatureRow | null {
    const number = Math.floor(index / pageRows);
    return this.#pages.find((page) => page.number === number)?.rows[index % pageRows] ?? null;
  }

  /** Reads the pages that hold these rows, first and last included. */
  want(first: number, last: number): void {
    const lastPage = Math.floor(Math.min(last, this.#rowCount - 1) / pageRows);
    for (let page = Math.floor(first / pageRows); page <= lastPage; page += 1) {
      if (!this.#asked.includes(page)) void this.#read(page);
    }
  }

  /** After a failure: the same pages once more. */
  retry(): void {
    if (this.#processingId !== null && this.#rowCount === 0) void this.open(this.#processingId, this.#title);
    else this.#forgetPages();
  }

  #describe(summary: ResultSummary): void {
    this.#fields = summary.fields;
    this.#rowCount = summary.featureCount;
  }

  async #read(page: number): Promise<void> {
    if (this.#processingId === null) return;
    const turn = this.#turn;
    this.#asked = [...this.#asked, page];
    try {
      const rows = await this.#api.call('results.page', {
        processingId: this.#processingId,
        offset: page * pageRows,
        limit: pageRows,
        sortBy: this.#sortBy,
        descending: this.#descending,
      });
      if (turn === this.#turn) this.#keep(page, rows);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#asked = this.#asked.filter((number) => number !== page);
      this.#error = toErrorData(error);
    }
  }

  #keep(page: number, rows: readonly FeatureRow[]): void {
    const all = [...this.#pages, { number: page, rows }];
    const dropped = all.slice(0, -mostPages).map(({ number }) => number);
    this.#pages = all.slice(-mostPages);
    this.#asked = this.#asked.filter((number) => !dropped.includes(number));
    this.#error = null;
  }

  #forgetPages(): void {
    this.#turn += 1;
    this.#asked = [];
    this.#pages = [];
    this.#error = null;
  }
}
