import type { PartitionRow } from '../store';
import type { DetectionPlan } from '../tasks/types';

/** Share of the whole that finding takes; the rest makes polygons. */
const detecting = 0.9;
/** ms between writes to the database */
const writeEvery = 1000;

/** How much of a processing is done, by the pixels of its parts. */
export class Progress {
  readonly #done = new Map<number, number>();
  readonly #traced = new Set<number>();
  readonly #weights: readonly number[];
  #lastWrite = 0;

  constructor(
    readonly id: string,
    private readonly plan: DetectionPlan,
    private readonly partitions: readonly PartitionRow[],
    /** 0–1, done before the parts: imagery that was fetched */
    private readonly before: number,
    private readonly write: (share: number) => void,
  ) {
    this.#weights = partitions.map(
      ({ aoi, rowFrom, rowTo }) => (rowTo - rowFrom) * (plan.areas[aoi]?.window.width ?? 0),
    );
    for (const part of partitions) if (part.status === 'OK') this.#done.set(part.position, 1);
  }

  get share(): number {
    const traced = this.#traced.size / Math.max(1, this.plan.areas.length);
    return (
      this.before + (1 - this.before) * (this.#detected(() => true) * detecting + traced * (1 - detecting))
    );
  }

  ofArea(area: number): number {
    const traced = this.#traced.has(area) ? 1 : 0;
    return this.#detected((part) => part.aoi === area) * detecting + traced * (1 - detecting);
  }

  /** @param done 0–1 */
  set(position: number, done: number): void {
    this.#done.set(position, done);
    this.#tell();
  }

  traced(area: number): void {
    this.#traced.add(area);
    this.#tell();
  }

  #detected(wanted: (part: PartitionRow) => boolean): number {
    let whole = 0;
    let done = 0;
    this.partitions.forEach((part, i) => {
      if (!wanted(part)) return;
      const weight = this.#weights[i] ?? 0;
      whole += weight;
      done += weight * (this.#done.get(part.position) ?? 0);
    });
    return whole === 0 ? 1 : done / whole;
  }

  #tell(): void {
    const now = Date.now();
    if (now - this.#lastWrite < writeEvery) return;
    this.#lastWrite = now;
    this.write(this.share);
  }
}
