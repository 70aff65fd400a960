import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CreateProcessingRequest, Processing as ServerProcessing } from '@shared/api';
import { AppError } from '@shared/errors';
import type { Draft } from '@shared/ipc/contract';
import type { Quote } from '@shared/ipc/types';
import type { OrderRecord } from '@shared/library/records';
import type { Log } from '@shared/log';
import { orderKey } from '@shared/orderKey';
import type { Geometry } from 'geojson';
import { geodesicArea, overlaps } from './aoi';
import { certainlyNotDone } from './failures';
import type { ProcessingStore, WithClient } from './ports';

export interface Billing {
  /** False where the account is not billed in credits: prices then mean nothing. */
  readonly inCredits: boolean;
  readonly balance: number | null;
}

export interface OrderingPorts {
  readonly withClient: WithClient;
  readonly store: Pick<ProcessingStore, 'orders' | 'putOrder'>;
  readonly billingOf: (accountId: string) => Billing;
  /** Outline of a mosaic's images, null where unknown. Throws when the server cannot be asked. */
  readonly footprintOf: (accountId: string, mosaicId: string) => Promise<Geometry | null>;
  /** `name/version` of this program. */
  readonly program: string;
  readonly log: Log;
  /** ms: when to look for a processing whose answer was lost, after the first look */
  readonly settleMs?: readonly number[];
}

const usualSettleMs = [500, 1_000, 2_000, 4_000];
/** ms: clocks of server and desktop may differ by so much */
const clockSkewMs = 10 * 60_000;

/**
 * Prices and buys processings. What costs credits is asked for once: the order is written down before the request, and after
 * a lost answer the server is searched for it.
 */
export class Ordering {
  readonly #ports: OrderingPorts;

  constructor(ports: OrderingPorts) {
    this.#ports = ports;
  }

  /** Throws `processings.aoi_outside`, and what the server says. */
  async price(accountId: string, draft: Draft): Promise<Quote> {
    await this.#requireImagery(accountId, draft);
    const { inCredits, balance } = this.#ports.billingOf(accountId);
    const credits = inCredits ? await this.#cost(accountId, draft) : null;
    return { credits, area: geodesicArea(draft.aoi), balance };
  }

  /**
   * Buys at the price that the user saw, or throws `processings.price_changed`. Throws `processings.answer_lost` when nobody
   * knows whether the server took the order: it is looked for again later, and never given twice.
   */
  async buy(
    accountId: string,
    draft: Draft,
    acceptedCredits: number | null,
  ): Promise<{ readonly order: OrderRecord; readonly processing: ServerProcessing }> {
    const { withClient, store } = this.#ports;
    const { credits, balance } = await this.price(accountId, draft);
    if (credits !== null && credits !== acceptedCredits) {
      throw new AppError('processings.price_changed', { seen: acceptedCredits ?? 0, now: credits });
    }
    if (credits !== null && balance !== null && credits > balance) {
      throw new AppError('processings.too_few_credits', { price: credits, balance });
    }
    const projectId =
      draft.projectId ?? (await withClient(accountId, ({ projects }) => projects.default())).id;
    const order: OrderRecord = {
      id: randomUUID(),
      accountId,
      projectId,
      draft,
      state: 'sending',
      processingId: null,
      createdAt: new Date().toISOString(),
    };
    store.putOrder(order);
    const processing = await this.#place(order);
    return { order: this.settle(order, processing), processing };
  }

  /** Orders whose fate is not known; those of an earlier run that never ended are among them. */
  open(accountId: string): readonly OrderRecord[] {
    return this.#ports.store
      .orders(accountId)
      .filter((order) => order.state === 'sending' || order.state === 'lost');
  }

  /** Writes down that an order became this processing. */
  settle(order: OrderRecord, processing: { readonly id: string }): OrderRecord {
    const settled: OrderRecord = { ...order, state: 'created', processingId: processing.id };
    this.#ports.store.putOrder(settled);
    return settled;
  }

  /** The processing that an order became, among those that the server lists. */
  async find(order: OrderRecord, listed: readonly ServerProcessing[]): Promise<ServerProcessing | null> {
    const marked = listed.find((processing) => processing.meta[orderKey] === order.id);
    if (marked) return marked;
    const since = Date.parse(order.createdAt) - clockSkewMs;
    const taken = new Set(this.#ports.store.orders(order.accountId).map((other) => other.processingId));
    const candidates = listed.filter(
      ({ id, name, created, meta }) =>
        name === order.draft.name &&
        !taken.has(id) &&
        meta[orderKey] === undefined &&
        (created === null || Date.parse(created) >= since),
    );
    for (const { id } of candidates) {
      // Lists leave things out; the single answer tells whose it is, if the server tells at all.
      const whole = await this.#ports.withClient(order.accountId, ({ processings }) => processings.get(id));
      if (whole.meta[orderKey] === order.id) return whole;
      if (Object.keys(whole.meta).length === 0 && candidates.length === 1) return whole;
    }
    return null;
  }

  async #place(order: OrderRecord): Promise<ServerProcessing> {
    const { withClient, store, log } = this.#ports;
    try {
      return await withClient(order.accountId, ({ processings }) => processings.create(this.#request(order)));
    } catch (error) {
      if (certainlyNotDone(error)) {
        store.putOrder({ ...order, state: 'refused' });
        throw error;
      }
      log.warn('the answer to an order was lost', { order: order.id, error });
      store.putOrder({ ...order, state: 'lost' });
      const found = await this.#search(order);
      if (found) return found;
      throw new AppError('processings.answer_lost', { name: order.draft.name }, { cause: error });
    }
  }

  async #search(order: OrderRecord): Promise<ServerProcessing | null> {
    for (const delay of [0, ...(this.#ports.settleMs ?? usualSettleMs)]) {
      await pause(delay);
      const found = await this.#ports
        .withClient(order.accountId, ({ processings }) => processings.list())
        .then((listed) => this.find(order, listed))
        .catch(() => null);
      if (found) return found;
    }
    return null;
  }

  #cost(accountId: string, draft: Draft): Promise<number> {
    const { modelId, aoi, blocks } = draft;
    const params = { sourceParams: sourceOf(draft) };
    const request = { wdId: modelId, geometry: aoi, params, blocks };
    return this.#ports.withClient(accountId, ({ processings }) => processings.cost(request));
  }

  async #requireImagery(accountId: string, draft: Draft): Promise<void> {
    const footprint = await this.#ports.footprintOf(accountId, draft.source.mosaicId);
    if (!overlaps(draft.aoi, footprint)) throw new AppError('processings.aoi_outside');
  }

  #request({ id, projectId, draft }: OrderRecord): CreateProcessingRequest {
    const [program = '', version = ''] = this.#ports.program.split('/');
    return {
      name: draft.name,
      projectId,
      wdId: draft.modelId,
      geometry: draft.aoi,
      params: {
        sourceParams: sourceOf(draft),
        ...(draft.capturedAt && { inferenceParams: { captured_at: draft.capturedAt } }),
      },
      blocks: draft.blocks,
      meta: { [orderKey]: id, 'source-app': program, version },
    };
  }
}

function sourceOf(draft: Draft): CreateProcessingRequest['params']['sourceParams'] {
  return { myImagery: { mosaicId: draft.source.mosaicId } };
}
