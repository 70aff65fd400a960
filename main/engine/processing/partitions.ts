import { bandHeight } from '../models';
import type { DetectionPlan } from '../tasks/types';
import type { PartitionRow } from '../store';

/** px of a part: some seconds of work, which is what a stop of the engine can cost */
const partPixels = 4_000_000;

/** Parts of a processing: runs of whole rows of each area's window. */
export function cutIntoPartitions(plan: DetectionPlan): readonly Omit<PartitionRow, 'status' | 'message'>[] {
  const parts: Omit<PartitionRow, 'status' | 'message'>[] = [];
  plan.areas.forEach(({ window }, aoi) => {
    const bands = Math.floor(partPixels / Math.max(1, window.width) / bandHeight);
    const rows = Math.max(1, bands) * bandHeight;
    for (let rowFrom = 0; rowFrom < window.height && window.width > 0; rowFrom += rows) {
      const rowTo = Math.min(window.height, rowFrom + rows);
      parts.push({ position: parts.length, aoi, rowFrom, rowTo });
    }
  });
  return parts;
}
