import type { Finding } from '@shared/ipc/types';
import { droppedBands, type Reduction, type ReductionCodec } from '@shared/tiff/reduce';
import type { RasterDescription } from '@shared/tiff/types';
import { finding, gigabytes, totalBytes } from './findings';
import type { PlanLimits, SourcePlan, UploadSource } from './ports';

/** A reduction, and what it saves. */
export interface WeighedReduction {
  readonly reduction: Reduction;
  readonly plan: SourcePlan;
  /** bytes of the chunks without it */
  readonly before: number;
}

interface ReducingFacts {
  readonly raster: RasterDescription;
  readonly reduced: WeighedReduction | null;
  readonly isReduced: boolean;
}

/**
 * The plan of what is wanted, which the source keeps, and what a reduction comes to: the wanted one, or, where none is wanted,
 * the small one of a raster that has more than the API needs. That fails silently.
 */
export async function planAndWeigh(
  source: UploadSource,
  limits: PlanLimits,
  wanted: ReductionCodec | null,
  signal: AbortSignal,
): Promise<{ readonly plan: SourcePlan; readonly reduced: WeighedReduction | null }> {
  const reduce = async (codec: ReductionCodec): Promise<Omit<WeighedReduction, 'before'>> => {
    const reduction = await source.reduction(codec, signal);
    return { reduction, plan: await source.plan({ ...limits, reduction }, signal) };
  };
  if (wanted !== null) {
    const before = totalBytes(await source.plan(limits, signal));
    const reduced = { ...(await reduce(wanted)), before };
    return { plan: reduced.plan, reduced };
  }
  const offered = hasMore(source.description) ? await reduce('jpeg').catch(() => null) : null;
  const plan = await source.plan(limits, signal);
  return { plan, reduced: offered && { ...offered, before: totalBytes(plan) } };
}

/** Whether a raster has what the models do not read: more bands, more bits, or pixels that no codec has made smaller. */
function hasMore({ sampleType, bands, levels }: RasterDescription): boolean {
  if (sampleType.startsWith('complex')) return false;
  const { compression = 'none' } = levels[0]?.coding ?? {};
  return sampleType !== 'uint8' || (bands !== 1 && bands !== 3) || compression === 'none';
}

/** A saving below this share is not worth a loss. */
const WORTHWHILE = 0.8;

/** What could be saved, where nothing is reduced yet. */
export function reducible({ reduced, isReduced }: ReducingFacts): Finding[] {
  if (isReduced || !reduced) return [];
  const after = totalBytes(reduced.plan);
  if (after > reduced.before * WORTHWHILE) return [];
  return [finding('ok', reduced.reduction.cuts ? 'reducible_stretched' : 'reducible', sizes(reduced))];
}

/** What is saved and what is lost. */
export function reducedPixels({ raster, reduced }: ReducingFacts): Finding[] {
  if (!reduced) return [];
  const { reduction, plan, before } = reduced;
  const { cuts, codec, quality, masked } = reduction;
  const found: Finding[] = [
    totalBytes(plan) < before
      ? finding('ok', 'reduced', sizes(reduced))
      : finding('warning', 'reduced_in_vain', sizes(reduced)),
  ];
  const dropped = droppedBands(raster, reduction);
  if (dropped.length > 0) {
    const bands = dropped.slice(0, MOST_NAMED).map((band) => band + 1);
    const kind = dropped.length > bands.length ? 'reduced_many_bands' : 'reduced_bands';
    found.push(finding('warning', kind, { bands: bands.join(', '), count: dropped.length }));
  }
  if (cuts) {
    const numbers = cuts.map(([low, high]) => `${tidy(low)} – ${tidy(high)}`).join(', ');
    found.push(finding('warning', 'reduced_values', { cuts: numbers }));
  }
  if (codec === 'jpeg') found.push(finding('warning', 'reduced_jpeg', { quality }));
  if (masked) found.push(finding('ok', 'reduced_mask'));
  return found;
}

const MOST_NAMED = 8;

function sizes({ reduction, plan, before }: WeighedReduction): Finding['params'] {
  return {
    bands: reduction.channels,
    size: gigabytes(totalBytes(plan)),
    before: gigabytes(before),
    codec: reduction.codec === 'jpeg' ? 'JPEG' : 'Deflate',
  };
}

const tidy = (value: number): string => String(Number(value.toPrecision(5)));
