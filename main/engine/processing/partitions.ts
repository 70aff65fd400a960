import type { DetectionPlan } from '../tasks/types';
import type { PartitionRow } from '../store';

/** px of a part: some seconds of work, which is what a stop of the engine can cost */
const partPixels = 4_000_000;
/** rows; parts begin on multiples of the detector's bands */
const step = 512;

/** Parts of a processing: runs of whole rows of each area's window. */
export function cutIntoPartitions(plan: DetectionPlan): readonly Omit<PartitionRow, 'status' | 'message'>[] {
  const parts: Omit<PartitionRow, 'status' | 'message'>[] = [];
  plan.areas.forEach(({ window }, aoi) => {
    const rows = Math.max(step, Math.floor(partPixels / Math.max(1, window.width) / step) * step);
    for (let rowFrom = 0; rowFrom < window.height && window.width > 0; rowFrom += rows) {
      const rowTo = Math.min(window.height, rowFrom + rows);
      parts.push({ position: parts.length, aoi, rowFrom, rowTo });
    }
  });
  return parts;
}
