import { access } from 'node:fs/promises';
import { levels } from '../models/thresholds';
import type { ObjectRules } from '../models/types';
import type { Files } from '../files';
import type { ModelCatalogue } from '../services';
import type { ProcessingRow, Store } from '../store';
import type { DetectionPlan, TaskRunner } from '../tasks/types';

export interface OutlinesAt {
  /** 0–1, the threshold that was used: the nearest level */
  readonly threshold: number;
  /** Files of features, one for each area. */
  readonly paths: readonly string[];
}

/**
 * Outlines of a finished processing at another threshold than its model's, from the probabilities that are kept with it. What was
 * made once is kept; the result itself stays as it is.
 */
export class Outlines {
  readonly #making = new Map<string, Promise<void>>();

  constructor(
    private readonly store: Store,
    private readonly files: Files,
    private readonly runner: TaskRunner,
    private readonly models: ModelCatalogue,
  ) {}

  /** The model's own rules for a processing; null where it keeps no probabilities. */
  rulesOf({ modelId }: ProcessingRow): ObjectRules | null {
    return this.models.find(modelId).detector?.objects ?? null;
  }

  /** @param threshold 0–1; taken to the nearest level that is neither everything nor nothing */
  async at(row: ProcessingRow, threshold: number): Promise<OutlinesAt> {
    const level = Math.max(1, Math.min(levels - 1, Math.round(threshold * levels)));
    const plan = JSON.parse(row.plan ?? '') as DetectionPlan;
    const paths = plan.areas.map((_, area) => this.files.outlines(row.id, area, level));
    for (const [area, path] of paths.entries()) await this.#once(row, plan, area, level, path);
    return { threshold: level / levels, paths };
  }

  #once(row: ProcessingRow, plan: DetectionPlan, area: number, level: number, path: string): Promise<void> {
    const known = this.#making.get(path);
    if (known) return known;
    const made = this.#make(row, plan, area, level, path).finally(() => this.#making.delete(path));
    this.#making.set(path, made);
    return made;
  }

  async #make(
    row: ProcessingRow,
    plan: DetectionPlan,
    area: number,
    level: number,
    target: string,
  ): Promise<void> {
    const there = await access(target).then(
      () => true,
      () => false,
    );
    if (there) return;
    const masks = this.store.processings
      .partitions(row.id)
      .filter(({ aoi }) => aoi === area)
      .map(({ position }) => this.files.mask(row.id, position));
    const blocks = row.blocks.filter(({ enabled }) => enabled).map(({ name }) => name);
    await this.runner.run<'trace'>({
      kind: 'trace',
      plan,
      area,
      masks,
      blocks,
      target,
      threshold: level / levels,
    });
  }
}
