import type { ChunkRecord } from '@shared/library/records';
import type { Log } from '@shared/log';
import type { Bandwidth } from './bandwidth';
import type { Meter } from './meter';
import type { Parallelism } from './parallel';
import type { ImageServer, Ledger, OpenSource, Timing } from './ports';
import type { Retries } from './retries';
import type { Slots } from './slots';
import type { Turns } from './turns';
import type { Waiting } from './wait';

/** What the run of one upload works with. */
export interface RunPorts {
  readonly ledger: Ledger;
  readonly server: ImageServer;
  readonly openSource: OpenSource;
  readonly slots: Slots;
  readonly parallelism: Parallelism;
  readonly meter: Meter;
  readonly retries: Retries;
  readonly bandwidth: Bandwidth;
  readonly turns: Turns;
  readonly waiting: Waiting;
  readonly timing: Timing;
  readonly random: () => number;
  readonly log: Log;
  readonly onUpload: () => void;
  readonly onChunk: (chunk: ChunkRecord) => void;
}
