import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { isLoopback, type Route } from './route';

const mostSockets = 16;

/** What `connect` of an agent fails with when it is the proxy's fault. */
export class ProxyError extends Error {
  readonly code = 'ERR_PROXY';

  constructor(
    /** Host and port. */
    readonly proxy: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ProxyError';
  }
}

/** Connections by the way that leads to a server; kept for as long as the same way leads there. */
export class Agents {
  readonly #agents = new Map<string, HttpAgent>();
  readonly #contexts = new Map<string, SecureContext>();
  readonly #idleMs: number | null;

  /** With `idleMs`, connections are closed that were idle for so long, and the direct way has agents of ours too. */
  constructor(options: { readonly idleMs?: number } = {}) {
    this.#idleMs = options.idleMs ?? null;
  }

  /**
   * The agent for an address; undefined where the runtime's own does. `fresh` gives each request a connection of its own.
   */
  agentFor(url: URL, route: Route, fresh: boolean): HttpAgent | undefined {
    const proxy = isLoopback(url) ? null : route.proxy;
    const isSecure = url.protocol === 'https:';
    const certificates = isSecure ? route.certificates : [];
    if (proxy === null && certificates.length === 0 && this.#idleMs === null) return undefined;
    const key = [url.protocol, proxy ?? '', fresh, ...certificates].join('\n');
    const kept = this.#agents.get(key);
    if (kept) return kept;
    const idle = this.#idleMs === null ? {} : { timeout: this.#idleMs };
    const options = { keepAlive: !fresh, maxSockets: mostSockets, ...idle };
    const secureContext = this.#context(certificates);
    const agent =
      proxy === null
        ? direct(isSecure, options, secureContext)
        : throughProxy(proxy, isSecure, options, secureContext);
    this.#agents.set(key, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** Parsing hundreds of certificates for each connection would be felt. */
  #context(certificates: readonly string[]): SecureContext | null {
    if (certificates.length === 0) return null;
    const key = certificates.join('\n');
    const context =
      this.#contexts.get(key) ?? createSecureContext({ ca: [...rootCertificates, ...certificates] });
    this.#contexts.set(key, context);
    return context;
  }
}

interface AgentOptions {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
  /** ms after which an idle connection is closed; one that is in use is not. */
  readonly timeout?: number;
}

function direct(isSecure: boolean, options: AgentOptions, secureContext: SecureContext | null): HttpAgent {
  if (!isSecure) return new HttpAgent(options);
  return new HttpsAgent({ ...options, ...(secureContext ? { secureContext } : {}) });
}

type Connecting = HttpAgent & {
  connect(request: ClientRequest, options: never): Promise<unknown>;
  options: object;
};

function throughProxy(
  address: string,
  isSecure: boolean,
  options: AgentOptions,
  secureContext: SecureContext | null,
): HttpAgent {
  const agent = kindOf(address, isSecure, options) as unknown as Connecting;
  // What is said here goes to the connection with the server behind the proxy.
  if (secureContext) Object.assign(agent.options, { secureContext });
  const connect = agent.connect.bind(agent);
  agent.connect = (request, given) =>
    connect(request, given).catch((error: unknown) => {
      throw new ProxyError(new URL(address).host, error);
    });
  return agent;
}

function kindOf(address: string, isSecure: boolean, options: AgentOptions) {
  if (address.startsWith('socks')) return new SocksProxyAgent(address, options);
  return isSecure ? new HttpsProxyAgent(address, options) : new HttpProxyAgent(address, options);
}
