import { access } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { levels } from '../models/thresholds';
import type { ObjectRules } from '../models/types';
import type { Files } from '../files';
import type { ModelCatalogue } from '../services';
import type { ProcessingRow, Store } from '../store';
import type { DetectionPlan, PreviewResult, TaskRunner } from '../tasks/types';
import type { TileAddress } from '../tiles/mercator';
import { SharedWork } from './sharedWork';

export interface OutlinesAt {
  /** 0–1, the threshold that was used: the nearest level */
  readonly threshold: number;
  /** Files of features, one for each area. */
  readonly paths: readonly string[];
}

export interface OutlineCount {
  readonly features: number;
  /** m² */
  readonly area: number;
}

/**
 * What a finished processing would be at another threshold than its model's, from the probabilities that are kept with it. What was
 * made once is kept; the result itself stays as it is.
 */
export class Outlines {
  readonly #making = new SharedWork();

  constructor(
    private readonly store: Store,
    private readonly files: Files,
    private readonly runner: TaskRunner,
    private readonly models: ModelCatalogue,
  ) {}

  /** The model's own rules for a processing; null where it keeps no probabilities. */
  rulesOf(row: ProcessingRow): ObjectRules | null {
    const { objects, weighs } = this.models.find(row.modelId).detector;
    return objects && weighs?.(planOf(row).grid.gsd) !== false ? objects : null;
  }

  /** m, of a pixel that was worked at */
  gsdOf(row: ProcessingRow): number {
    return planOf(row).grid.gsd;
  }

  /** @param threshold 0–1; taken to the nearest level that is neither everything nor nothing */
  async at(row: ProcessingRow, threshold: number, signal?: AbortSignal): Promise<OutlinesAt> {
    const level = Math.round(levelled(threshold) * levels);
    const plan = planOf(row);
    const paths = plan.areas.map((_, area) => this.files.outlines(row.id, area, level));
    for (const [area, target] of paths.entries()) {
      await this.#once(target, signal, async (stop) => {
        const masks = this.#masks(row, area);
        const blocks = blocksOf(row);
        const task = { plan, area, masks, blocks, target, threshold: level / levels };
        await this.runner.run<'trace'>({ kind: 'trace', ...task }, { signal: stop });
      });
    }
    return { threshold: level / levels, paths };
  }

  /** How many and how large; counted in their files. */
  async count({ paths }: OutlinesAt): Promise<OutlineCount> {
    let features = 0;
    let area = 0;
    for (const path of paths) {
      for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
        if (line === '') continue;
        features += 1;
        area += Number(/"area":([\d.eE+-]+)/.exec(line)?.[1] ?? 0);
      }
    }
    return { features, area: Math.round(area * 100) / 100 };
  }

  /** Outlines in a box of degrees: those of a part, so what its border cuts is cut. */
  async preview(
    row: ProcessingRow,
    threshold: number,
    box: readonly [number, number, number, number],
    signal?: AbortSignal,
  ): Promise<PreviewResult> {
    const file = await this.#probabilities(row, signal);
    const rightAngles = blocksOf(row).includes('Simplification');
    const task = { plan: planOf(row), file, box, threshold: levelled(threshold), rightAngles };
    return this.runner.run<'preview'>({ kind: 'preview', ...task }, { ...(signal ? { signal } : {}) });
  }

  /** A tile of the probabilities as PNG; null where nothing is likely. */
  async tile(row: ProcessingRow, tile: TileAddress): Promise<Uint8Array | null> {
    const file = await this.#probabilities(row);
    const { png } = await this.runner.run<'probabilityTile'>({
      kind: 'probabilityTile',
      plan: planOf(row),
      file,
      tile,
    });
    return png;
  }

  async #probabilities(row: ProcessingRow, signal?: AbortSignal): Promise<string> {
    const target = this.files.probabilities(row.id);
    await this.#once(target, signal, async (stop) => {
      const areas = planOf(row).areas.map(({ window }, area) => ({
        width: window.width,
        masks: this.#masks(row, area),
      }));
      await this.runner.run<'pyramid'>({ kind: 'pyramid', areas, target }, { signal: stop });
    });
    return target;
  }

  #masks(row: ProcessingRow, area: number): readonly string[] {
    return this.store.processings
      .partitions(row.id)
      .filter(({ aoi }) => aoi === area)
      .map(({ position }) => this.files.mask(row.id, position));
  }

  /** Makes a file unless it is there. */
  async #once(
    path: string,
    signal: AbortSignal | undefined,
    make: (stop: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await this.#making.join(path, signal, async (stop) => {
      const there = await access(path).then(
        () => true,
        () => false,
      );
      if (!there) await make(stop);
    });
  }
}

/** The nearest level that is neither everything nor nothing. */
function levelled(threshold: number): number {
  return Math.max(1, Math.min(levels - 1, Math.round(threshold * levels))) / levels;
}

function planOf(row: ProcessingRow): DetectionPlan {
  return JSON.parse(row.plan ?? '') as DetectionPlan;
}

function blocksOf(row: ProcessingRow): readonly string[] {
  return row.blocks.filter(({ enabled }) => enabled).map(({ name }) => name);
}
