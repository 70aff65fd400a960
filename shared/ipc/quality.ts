import { z } from 'zod';
import type { FeatureCollection, Polygon } from 'geojson';
import { call } from './define';
import type { LonLatBox } from './types';

/** Channels of the quality view: what a result would be at another threshold, and which version of it is kept. */

const processingId = z.string().min(1).max(200);
const threshold = z.number().gt(0).lt(1);
const degrees = z.number().min(-540).max(540);

/** Whether another threshold can be tried now, and if not, why: an error's kind, which has words. */
export type QualityState =
  | {
      readonly kind: 'ready';
      /** 0–1, of the model itself */
      readonly threshold: number;
      /** Thresholds are told apart in so many steps. */
      readonly levels: number;
      readonly bounds: LonLatBox;
      /** m; the pixel size that was worked at */
      readonly metresPerPixel: number;
    }
  | { readonly kind: 'not_now' | 'never'; readonly reason: string };

/** What is kept of a processing: the result as it came (number 0), or as somebody chose it later. */
export interface ResultVersion {
  readonly number: number;
  /** 0–1; null for the result as it came */
  readonly threshold: number | null;
  readonly featureCount: number;
  /** m²; null where nobody has added it up */
  readonly area: number | null;
  /** ISO 8601; null for the result as it came */
  readonly createdAt: string | null;
  /** The one that is shown, exported and listed. */
  readonly current: boolean;
}

export interface QualityFacts {
  readonly processingId: string;
  readonly state: QualityState;
  readonly versions: readonly ResultVersion[];
}

export interface OutlinePreview {
  readonly outlines: FeatureCollection<Polygon>;
  /** m; the pixel size that they were traced at */
  readonly metresPerPixel: number;
}

export interface OutlineCounts {
  readonly featureCount: number;
  /** m² */
  readonly area: number;
}

export const qualityContract = {
  'quality.facts': call(z.object({ processingId })).returns<QualityFacts>(),
  /** Outlines in a box at a threshold; null when a later call has taken its place. */
  'quality.preview': call(
    z.object({ processingId, threshold, box: z.tuple([degrees, degrees, degrees, degrees]) }),
  ).returns<OutlinePreview | null>(),
  /** Of all the area; null when a later call has taken its place. */
  'quality.counts': call(z.object({ processingId, threshold })).returns<OutlineCounts | null>(),
  /** Gives up what is being asked for. */
  'quality.rest': call(z.undefined()).returns<void>(),
  /** Stores the result at a threshold as a new version, and uses that. */
  'quality.keep': call(z.object({ processingId, threshold })).returns<QualityFacts>(),
  /** Goes to another version. */
  'quality.use': call(z.object({ processingId, version: z.int().min(0) })).returns<QualityFacts>(),
  /** Deletes a version; the result as it came cannot be. */
  'quality.remove': call(z.object({ processingId, version: z.int().min(1) })).returns<QualityFacts>(),
} as const;
