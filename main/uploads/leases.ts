import type { Ledger } from './ports';

/** Two processes (the window and the command line) must never work on the same upload: who does holds its lease. */
export class Leases {
  readonly #ledger: Pick<Ledger, 'lease' | 'release'>;
  readonly #pid: number;
  readonly #leaseMs: number;

  constructor(ledger: Pick<Ledger, 'lease' | 'release'>, leaseMs: number, pid = process.pid) {
    this.#ledger = ledger;
    this.#leaseMs = leaseMs;
    this.#pid = pid;
  }

  /** Takes or prolongs the lease; false while another process that is alive holds it. */
  take(uploadId: string): Promise<boolean> {
    return this.#ledger.lease(uploadId, this.#pid, Date.now() + this.#leaseMs);
  }

  release(uploadId: string): Promise<void> {
    return this.#ledger.release(uploadId, this.#pid);
  }
}
