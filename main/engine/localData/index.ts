import { boundsOf, type Geometry } from '@shared/api';
import { AppError } from '@shared/errors';
import { errorText, m } from '@shared/i18n';
import type { Log } from '@shared/log';
import type { Box } from '../blocks/plane';
import type { ModelBlock } from '../models/types';
import { overlapsAny } from '../processing/area';
import type { TaskRunner } from '../tasks/types';
import { blockOfKind, type LocalDataset, type LocalKind } from './types';

export { blockOfKind, type LocalDataset, type LocalKind } from './types';

/** A share of the area, by its box, that must be covered, or a step would do next to nothing. */
const leastCovered = 0.5;

/** What is registered, and which steps it lets run. Files are looked at once, on the engine's threads. */
export class LocalData {
  #paths: readonly string[] = [];
  readonly #known = new Map<string, LocalDataset>();
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly runner: TaskRunner,
    private readonly log: Log,
    private readonly onChange: (datasets: readonly LocalDataset[]) => void = () => undefined,
  ) {}

  /** Registers these files and no others. */
  set(paths: readonly string[]): void {
    this.#paths = [...new Set(paths)];
    for (const path of this.#known.keys()) if (!this.#paths.includes(path)) this.#known.delete(path);
    this.#looking = this.#looking.then(() => this.#look());
  }

  /** When all that is registered has been looked at. */
  settled(): Promise<void> {
    return this.#looking;
  }

  /** In the order of registration, those that have been looked at. */
  list(): readonly LocalDataset[] {
    return this.#paths.flatMap((path) => this.#known.get(path) ?? []);
  }

  /** Usable data of a kind that reaches into an area. */
  covering(kind: LocalKind, geometry: Geometry): readonly LocalDataset[] {
    const box = boxAround(geometry);
    return this.#usable(kind).filter(({ bounds }) => box && bounds && shareOf(box, [bounds]) > 0);
  }

  /**
   * A step as it stands with what is registered: whether and where it can run, and else why not. `sunlit`: imagery that can do in place
   * of a surface model; null where the model's things have no shadows to measure.
   */
  adjust(block: ModelBlock, sunlit: readonly Geometry[] | null): AdjustedBlock {
    const kind = kindOf(block.name);
    if (!kind || block.available) return block;
    const accepts = kind === 'surface' && sunlit ? { acceptsParams: ['captured_at'] } : {};
    const shown = kind === 'surface' ? (sunlit ?? []).map(boxAround) : [];
    const boxes = [...this.#usable(kind).map((dataset) => dataset.bounds), ...shown];
    const bounds = boxes.filter((box) => box !== null);
    if (bounds.length > 0) return { ...block, ...accepts, available: true, bounds };
    return { ...block, ...accepts, reason: this.#missing(kind, sunlit !== null) };
  }

  /** Throws `engine.block_not_available` where a step has nothing to draw on in an area. `sunlit` as for `adjust`. */
  check(block: string, geometry: Geometry, sunlit: readonly Geometry[] | null): void {
    const kind = kindOf(block);
    if (!kind || (kind === 'surface' && sunlit && overlapsAny(geometry, sunlit))) return;
    const usable = this.#usable(kind);
    const box = boxAround(geometry);
    const bounds = usable.flatMap((dataset) => (dataset.bounds ? [dataset.bounds] : []));
    if (box && shareOf(box, bounds) >= leastCovered) return;
    const elsewhere = kind === 'osm' ? m.block_osm_elsewhere() : m.block_heights_elsewhere();
    throw new AppError('engine.block_not_available', {
      block: kind === 'osm' ? m.block_osm_name() : m.block_heights_name(),
      reason: usable.length > 0 && !sunlit ? elsewhere : this.#missing(kind, sunlit !== null),
    });
  }

  /** Why a step cannot run anywhere, and what to do. */
  #missing(kind: LocalKind, withShadows: boolean): string {
    const broken = this.list().find((dataset) => dataset.kind === kind && dataset.problem);
    if (broken?.problem) return errorText(broken.problem).title;
    if (kind === 'osm') return m.block_osm_needs_extract();
    return withShadows ? m.block_heights_needs_sun() : m.block_heights_needs_surface();
  }

  #usable(kind: LocalKind): readonly LocalDataset[] {
    return this.list().filter((dataset) => dataset.kind === kind && !dataset.problem);
  }

  async #look(): Promise<void> {
    for (const path of this.#paths) {
      if (this.#known.has(path)) continue;
      try {
        this.#known.set(path, await this.runner.run<'describe'>({ kind: 'describe', path }));
      } catch (error) {
        this.log.warn('local data could not be looked at', { path, error });
      }
    }
    this.onChange(this.list());
  }
}

/** A step with what is known of it here and now. */
interface AdjustedBlock extends ModelBlock {
  readonly reason?: string;
  readonly bounds?: readonly Box[];
  /** Inference parameters with which it runs without local data too. */
  readonly acceptsParams?: readonly string[];
}

function kindOf(block: string): LocalKind | null {
  if (block === blockOfKind.osm) return 'osm';
  return block === blockOfKind.surface ? 'surface' : null;
}

function boxAround(geometry: Geometry): Box | null {
  const box = boundsOf(geometry);
  return box && [box.west, box.south, box.east, box.north];
}

/** The share of a box that others cover; where they overlap, at most all of it. */
function shareOf(box: Box, others: readonly Box[]): number {
  const area = (box[2] - box[0]) * (box[3] - box[1]);
  const covered = others.reduce((sum, other) => {
    const width = Math.min(box[2], other[2]) - Math.max(box[0], other[0]);
    const height = Math.min(box[3], other[3]) - Math.max(box[1], other[1]);
    return sum + Math.max(0, width) * Math.max(0, height);
  }, 0);
  return Math.min(1, covered / area);
}
