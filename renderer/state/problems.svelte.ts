import { toErrorData, type ErrorData } from '@shared/errors';
import { errorText } from '@shared/i18n';
import type { Api } from '../bridge';

export interface Notice {
  readonly id: number;
  /** Two notices with the same key are about the same thing: only the newer one's words stand. */
  readonly key: string;
  readonly tone: 'error' | 'success';
  readonly title: string;
  readonly advice: string;
  /** Technical words for the fold; empty where there are none. */
  readonly details: string;
  /** How often the same thing was said while the notice stood. */
  readonly count: number;
}

const successMilliseconds = 5000;
const mostNotices = 4;

/** What went wrong or well, told once each in the corner of the window. An error stays until it is dismissed. */
export class Problems {
  #notices = $state.raw<readonly Notice[]>([]);
  #nextId = 1;

  constructor(api: Api) {
    api.on('app.problem', (error) => this.report(error));
  }

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /**
   * Anything thrown, with what it is about where the sentence does not say so itself. The same failure again only raises
   * the count of the notice that stands.
   */
  report(error: unknown, about = ''): void {
    const data = isErrorData(error) ? error : toErrorData(error);
    const text = errorText(data);
    this.#add({
      key: about === '' ? `${data.kind} ${text.title}` : `${data.kind} ${about}`,
      tone: 'error',
      title: text.title.includes(about) ? text.title : `${about}: ${text.title}`,
      advice: text.advice,
      details: describe(data),
    });
  }

  succeed(title: string): void {
    const id = this.#add({ key: title, tone: 'success', title, advice: '', details: '' });
    setTimeout(() => this.dismiss(id), successMilliseconds);
  }

  dismiss(id: number): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  /** Runs a verb of the window and reports its failure; true when it went well. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  #add(notice: Omit<Notice, 'id' | 'count'>): number {
    const same = this.#notices.find((other) => other.key === notice.key && other.tone === notice.tone);
    if (same) {
      const again = { ...same, ...notice, count: same.count + 1 };
      this.#notices = this.#notices.map((other) => (other.id === same.id ? again : other));
      return same.id;
    }
    const id = this.#nextId++;
    this.#notices = [...this.#notices, { ...notice, id, count: 1 }].slice(-mostNotices);
    return id;
  }
}

function isErrorData(value: unknown): value is ErrorData {
  return typeof value === 'object' && value !== null && 'kind' in value && 'params' in value;
}

/** The technical side of an error: its kind, and what the deeper layer said. */
export function describe(error: ErrorData): string {
  return error.details === undefined || error.details === '' ? error.kind : `${error.kind}\n${error.details}`;
}
