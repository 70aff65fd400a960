import type { Agent } from 'node:http';
import type { Log } from '@shared/log';
import { Agents } from './agents';
import { readCertificates, systemCertificates } from './certificates';
import { isLoopback, proxyOfPerson, type Route } from './route';

/** How a person wants servers to be reached. */
export interface NetworkWish {
  /** `system`: as the computer says; `none`: never by a proxy; else the address of one. */
  readonly proxy: string;
  /** A PEM file of further certificate authorities. */
  readonly certificates: string | null;
}

export interface NetworkPorts {
  readonly wish: () => NetworkWish;
  /** The computer's proxy for an address; null for the direct way. */
  readonly systemProxy: (url: URL) => Promise<string | null>;
  readonly log: Log;
}

/** The way to servers: by the proxy of the system or of the settings, with the authorities that this computer trusts. */
export class Network {
  readonly #ports: NetworkPorts;
  readonly #agents = new Agents();
  #custom: { readonly path: string; readonly certificates: readonly string[] } | null = null;

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  /** How an address is reached now. */
  readonly routeFor = async (url: URL): Promise<Route> => {
    if (isLoopback(url)) return { proxy: null, certificates: this.#certificates(url) };
    const { proxy } = this.#ports.wish();
    return { proxy: await this.#proxy(url, proxy), certificates: this.#certificates(url) };
  };

  /** The agent for a request; undefined where the runtime's own does. */
  readonly agentFor = async (url: URL, fresh: boolean): Promise<Agent | undefined> =>
    this.#agents.agentFor(url, await this.routeFor(url), fresh);

  close(): void {
    this.#agents.close();
  }

  async #proxy(url: URL, wish: string): Promise<string | null> {
    if (wish === 'none') return null;
    if (wish !== 'system') return proxyOfPerson(wish);
    try {
      return await this.#ports.systemProxy(url);
    } catch (error) {
      this.#ports.log.warn('the system does not tell its proxy', { error });
      return null;
    }
  }

  /** A file that has gone does not stop the work: what needs it fails with a certificate that nobody knows. */
  #certificates({ protocol }: URL): readonly string[] {
    if (protocol !== 'https:') return [];
    return [...systemCertificates(), ...this.#chosen(this.#ports.wish().certificates)];
  }

  #chosen(path: string | null): readonly string[] {
    if (path === null) return [];
    if (this.#custom?.path === path) return this.#custom.certificates;
    let certificates: readonly string[] = [];
    try {
      certificates = readCertificates(path);
    } catch (error) {
      this.#ports.log.warn('the chosen certificates cannot be read', { error });
    }
    this.#custom = { path, certificates };
    return certificates;
  }
}
