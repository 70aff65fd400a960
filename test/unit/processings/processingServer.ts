import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredProcessing {
  readonly id: string;
  name: string;
  projectId: string;
  status: string;
  percentCompleted: number;
  readonly cost: number;
  readonly area: number;
  readonly created: string;
  updated: string;
  messages: { code: string; parameters: Record<string, string> }[];
  workflowDef: { id: string; name: string };
  meta: Record<string, unknown> | undefined;
}

/** What happens to the next request to create a processing. */
export type CreateFault =
  | 'lost_answer'
  | 'lost_request'
  | 'late'
  | { readonly status: number; readonly body: string; readonly stored: boolean };

/** The processing API over real HTTP, in memory, with the ways in which an order can go wrong. */
export class ProcessingServer {
  readonly processings: StoredProcessing[] = [];
  price = 12;
  projects = [{ id: 'p-default', name: 'Default', isDefault: true, description: '' }];
  fault: CreateFault | null = null;
  /** Lists leave `meta` out, as servers do. */
  listsMeta = true;
  /** Even single answers leave it out. */
  tellsMeta = true;
  result: string | null = JSON.stringify({ type: 'FeatureCollection', features: [] });
  resultStatus = 200;
  /** `params` of the last order. */
  orderedParams: unknown = null;
  readonly counts = { creates: 0, results: 0, costs: 0, updates: 0 };
  #server: Server | null = null;
  #port = 0;

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/rest`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** One that somebody else made. */
  add(change: Partial<StoredProcessing> = {}): StoredProcessing {
    const now = new Date().toISOString();
    const processing: StoredProcessing = {
      id: randomUUID(),
      name: 'Theirs',
      projectId: 'p-default',
      status: 'OK',
      percentCompleted: 100,
      cost: 5,
      area: 1_000_000,
      created: now,
      updated: now,
      messages: [],
      workflowDef: { id: 'm-forest', name: '🌲 Forest' },
      meta: {},
      ...change,
    };
    this.processings.push(processing);
    return processing;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const path = (request.url ?? '').replace(/^\/rest/, '').replace(/\?.*$/, '');
    const route = `${request.method ?? ''} ${path}`;
    if (route === 'POST /processing/cost/v2') {
      this.counts.costs++;
      return json(response, 200, this.price);
    }
    if (route === 'GET /projects/default') return json(response, 200, this.projects[0]);
    if (route === 'GET /projects') return json(response, 200, this.projects);
    if (route === 'POST /processings/v2') return this.#create(body, request, response);
    if (route === 'GET /processings/v2') {
      return json(
        response,
        200,
        this.processings.map((stored) =>
          this.listsMeta ? this.#told(stored) : { ...stored, meta: undefined },
        ),
      );
    }
    const [, id = '', rest = ''] = /^\/processings\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    const stored = this.processings.find((processing) => processing.id === decodeURIComponent(id));
    if (!stored) return json(response, 404, { code: 'NOT_FOUND', message: 'no such processing' });
    if (rest === '/result') {
      this.counts.results++;
      response.writeHead(this.resultStatus, { 'content-type': 'application/octet-stream' });
      return void response.end(this.result);
    }
    if (rest === '/aois') {
      const square = {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      };
      return json(response, 200, [
        { id: 'a', status: 'OK', percentCompleted: 100, area: 1, geometry: square },
      ]);
    }
    if (request.method === 'DELETE') {
      this.processings.splice(this.processings.indexOf(stored), 1);
      return json(response, 200, {});
    }
    if (request.method === 'PUT') {
      this.counts.updates++;
      stored.name = String(body.name);
      return json(response, 200, this.#told(stored));
    }
    if (rest === '/restart') {
      stored.status = 'IN_PROGRESS';
      return json(response, 200, {});
    }
    return json(response, 200, this.#told(stored));
  }

  #told(stored: StoredProcessing): unknown {
    return this.tellsMeta ? stored : { ...stored, meta: undefined };
  }

  #create(body: Record<string, unknown>, request: IncomingMessage, response: ServerResponse): void {
    this.counts.creates++;
    this.orderedParams = body.params;
    const { fault } = this;
    this.fault = null;
    const store = (): StoredProcessing =>
      this.add({
        name: String(body.name),
        projectId: String(body.projectId),
        status: 'UNPROCESSED',
        percentCompleted: 0,
        cost: this.price,
        meta: body.meta as Record<string, unknown>,
      });
    if (fault === 'lost_request') return void request.socket.destroy();
    if (fault === 'lost_answer') {
      store();
      return void request.socket.destroy();
    }
    if (fault === 'late') {
      request.socket.destroy();
      setTimeout(store, 15);
      return;
    }
    if (fault) {
      if (fault.stored) store();
      response.writeHead(fault.status, { 'content-type': 'application/json' });
      return void response.end(fault.body);
    }
    json(response, 200, this.#told(store()));
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
