import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RawBody } from './caller';
import { sendByCourier } from './courier';
import { exchange, type Answer, type Outgoing } from './exchange';
import type { MapflowClientOptions } from './types';

export type Bodiless = Omit<Outgoing, 'body'>;

export interface Transport {
  /** A body that lies in another thread is sent from there, by the same way. */
  send(outgoing: Bodiless, body: RawBody | null): Promise<Answer>;
  close(): void;
}

/** Requests over node:http(s) and its connections. */
export function createTransport({
  agentFor,
  routeFor,
}: Pick<MapflowClientOptions, 'agentFor' | 'routeFor'>): Transport {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 16 });

  function own(outgoing: Bodiless): HttpAgent | false {
    if (outgoing.freshConnection) return false;
    return outgoing.url.protocol === 'https:' ? https : http;
  }

  return {
    send: async (outgoing, body) => {
      const content = body?.content;
      if (content && 'courier' in content)
        return sendByCourier(content, outgoing, await routeFor?.(outgoing.url));
      const given = await agentFor?.(outgoing.url, outgoing.freshConnection);
      const sent = content ? { size: body.size, chunks: content } : null;
      return exchange({ ...outgoing, body: sent }, given ?? own(outgoing));
    },
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}
