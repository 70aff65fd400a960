import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import busboy from 'busboy';
import { openRaster } from '@shared/tiff/open';
import { memorySource } from '../../support/fileSource';

export interface StoredImage {
  readonly id: string;
  readonly mosaicId: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly sha1: string;
  readonly width: number;
  readonly height: number;
  status: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED';
}

/** What goes wrong with one request; `stored` tells whether the file was taken all the same. */
export type Fault =
  /** The connection breaks after so many bytes of the request's body. */
  | { readonly kind: 'reset_at'; readonly bytes: number }
  /** The file is stored, and the connection breaks before the answer. */
  | { readonly kind: 'reset_after' }
  /** The file is stored, and the answer comes only in so many ms. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The file is stored twice. */
  | { readonly kind: 'doubled' }
  /** The file is stored only so many ms after the connection broke. */
  | { readonly kind: 'reset_then_stored'; readonly ms: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly stored?: boolean;
      readonly retryAfter?: string;
    };

/**
 * The data API over real HTTP, small: mosaics in memory, images stored whole, listed once they are ready, and faults on
 * demand.
 */
export class MosaicServer {
  readonly mosaics = new Map<string, { id: string; name: string; tags: string[] }>();
  readonly images: StoredImage[] = [];
  /** Takes the next upload's fault; null for none. */
  nextFault: (() => Fault | null) | null = null;
  /** Takes the next other request's fault. */
  nextListFault: (() => Fault | null) | null = null;
  token = 'good-token';
  freeBytes = 1e12;
  /** Status that new images begin with. */
  firstStatus: StoredImage['status'] = 'COMPLETED';
  uploadsAtOnce = { now: 0, most: 0 };
  readonly counts = { uploads: 0, uploadBytes: 0, lists: 0, deletes: 0, creates: 0 };
  #server: Server | null = null;
  #port = 0;

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/rest`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections until it is started again, on the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      request.resume();
      return json(response, 401, { message: 'Unauthorized' });
    }
    const path = (request.url ?? '').replace(/^\/rest/, '').replace(/\?.*$/, '');
    const upload = /^\/rasters\/mosaic\/([^/]+)\/image$/.exec(path);
    if (request.method === 'POST' && upload) return this.#upload(upload[1] ?? '', request, response);
    request.resume();
    const fault = this.nextListFault?.() ?? null;
    if (fault?.kind === 'answer') return plain(response, fault);
    if (fault) return void request.socket.destroy();
    if (path === '/rasters/memory') {
      return json(response, 200, { memoryLimit: this.freeBytes, memoryUsed: 0, memoryFree: this.freeBytes });
    }
    if (path === '/rasters/mosaic' && request.method === 'POST') return this.#create(request, response);
    if (path === '/rasters/mosaic') return json(response, 200, [...this.mosaics.values()]);
    const image = /^\/rasters\/image\/([^/]+)$/.exec(path);
    if (image && request.method === 'DELETE') return this.#delete(image[1] ?? '', response);
    const mosaic = /^\/rasters\/mosaic\/([^/]+)(\/image|\/status)?$/.exec(path);
    const known = this.mosaics.get(mosaic?.[1] ?? '');
    if (!known)
      return json(response, 404, {
        detail: { code: 'ItemNotFound', parameters: { instance_type: 'mosaic' } },
      });
    if (mosaic?.[2] === '/image') return json(response, 200, this.#listed(known.id));
    if (mosaic?.[2] === '/status') return json(response, 200, this.#status(known.id));
    return json(response, 200, known);
  }

  async #create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.counts.creates++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { name, tags = [] } = JSON.parse(Buffer.concat(chunks).toString()) as {
      name: string;
      tags?: string[];
    };
    const mosaic = { id: randomUUID(), name, tags };
    this.mosaics.set(mosaic.id, mosaic);
    const fault = this.nextFault && this.counts.uploads === 0 ? this.nextFault() : null;
    if (fault?.kind === 'reset_after') return void request.socket.destroy();
    json(response, 200, mosaic);
  }

  #delete(id: string, response: ServerResponse): void {
    this.counts.deletes++;
    const index = this.images.findIndex((image) => image.id === id);
    if (index < 0) return json(response, 404, { detail: { code: 'ItemNotFound' } });
    this.images.splice(index, 1);
    json(response, 200, {});
  }

  #listed(mosaicId: string): unknown {
    this.counts.lists++;
    return this.images
      .filter((image) => image.mosaicId === mosaicId && image.status === 'COMPLETED')
      .map(({ id, filename, bytes, sha1, width, height }) => ({
        id,
        filename,
        file_size: bytes.length,
        checksum: sha1,
        meta_data: { width, height, count: 3, crs: 'EPSG:32633', pixel_size: [0.5, 0.5] },
      }));
  }

  #status(mosaicId: string): unknown {
    const images = this.images.filter((image) => image.mosaicId === mosaicId);
    return {
      mosaic_id: mosaicId,
      total_images: images.length,
      images: images.map(({ id, filename, status }) => ({
        image_id: id,
        filename,
        preprocessing_status: status,
        preprocessing_error: status === 'FAILED' ? 'the pixels made no sense' : null,
        data_available: status === 'COMPLETED',
      })),
    };
  }

  async #upload(mosaicId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.counts.uploads++;
    const fault = this.nextFault?.() ?? null;
    this.uploadsAtOnce.now++;
    this.uploadsAtOnce.most = Math.max(this.uploadsAtOnce.most, this.uploadsAtOnce.now);
    try {
      await this.#receive(mosaicId, request, response, fault);
    } finally {
      this.uploadsAtOnce.now--;
    }
  }

  async #receive(
    mosaicId: string,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | null,
  ): Promise<void> {
    let seen = 0;
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      this.counts.uploadBytes += chunk.length;
      if (fault?.kind === 'reset_at' && seen >= fault.bytes) request.socket.destroy();
    });
    if (fault?.kind === 'answer' && !fault.stored) {
      plain(response, fault);
      return;
    }
    const file = await readFile(request).catch(() => null);
    if (!file) return;
    if (!this.mosaics.has(mosaicId)) {
      return json(response, 404, {
        detail: { code: 'ItemNotFound', parameters: { instance_type: 'mosaic' } },
      });
    }
    if (fault?.kind === 'reset_then_stored') {
      request.socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return void (await this.#store(mosaicId, file));
    }
    const image = await this.#store(mosaicId, file);
    if (fault?.kind === 'doubled') await this.#store(mosaicId, file);
    if (fault?.kind === 'reset_after') return void request.socket.destroy();
    if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === 'answer') return plain(response, fault);
    // As the live service: no id of the image.
    json(response, 200, { message: 'Files successfully uploaded', mosaic_id: image.mosaicId });
  }

  async #store(mosaicId: string, file: { filename: string; bytes: Uint8Array }): Promise<StoredImage> {
    const { description } = await openRaster(memorySource(file.bytes));
    const image: StoredImage = {
      id: randomUUID(),
      mosaicId,
      filename: file.filename,
      bytes: file.bytes,
      sha1: createHash('sha1').update(file.bytes).digest('hex'),
      width: description.width,
      height: description.height,
      status: this.firstStatus,
    };
    this.images.push(image);
    return image;
  }
}

/** The one file of a multipart body; rejects when the body is cut short. */
function readFile(request: IncomingMessage): Promise<{ filename: string; bytes: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const parser = busboy({ headers: request.headers, defParamCharset: 'utf8' });
    let found: { filename: string; bytes: Uint8Array } | null = null;
    parser.on('file', (_, stream, { filename = '' }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => (found = { filename, bytes: Buffer.concat(chunks) }));
    });
    parser.on('close', () => (found && request.complete ? resolve(found) : reject(new Error('cut short'))));
    parser.on('error', reject);
    request.on('close', () => !request.complete && reject(new Error('cut short')));
    request.pipe(parser);
  });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function plain(response: ServerResponse, fault: { status: number; body: string; retryAfter?: string }): void {
  response.writeHead(fault.status, {
    'content-type': fault.body.startsWith('<') ? 'text/html' : 'application/json',
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
  });
  response.end(fault.body);
}
