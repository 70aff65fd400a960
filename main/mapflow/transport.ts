import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { sendByCourier, type Elsewhere } from './courier';
import { exchange, type Answer, type Outgoing } from './exchange';
import type { AgentFor } from './types';

export interface Transport {
  /** A body that lies in another thread is sent from there, if the way to the server needs no agent of this one. */
  send(outgoing: Outgoing, elsewhere?: Elsewhere): Promise<Answer>;
  close(): void;
}

/** Requests over node:http(s) and its connections. */
export function createTransport(agentFor: AgentFor | undefined): Transport {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 16 });

  function own(outgoing: Outgoing): HttpAgent | false {
    if (outgoing.freshConnection) return false;
    return outgoing.url.protocol === 'https:' ? https : http;
  }

  return {
    send: async (outgoing, elsewhere) => {
      const given = await agentFor?.(outgoing.url, outgoing.freshConnection);
      if (!given && elsewhere) return sendByCourier(elsewhere, outgoing);
      return exchange(outgoing, given ?? own(outgoing));
    },
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}
