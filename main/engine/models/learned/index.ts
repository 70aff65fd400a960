/** The learned detectors: which network each asks, and how its answer becomes objects. */
import type { Detector, GsdRange } from '../types';
import { learnedDetector } from './detector';

/** What the networks of buildings were trained on; imagery finer than `min` is averaged down. */
export const buildingsGsd: GsdRange = { min: 0.12, max: 0.6, native: 0.15 };
export const aerialGsd: GsdRange = { min: 0.1, max: 0.3, native: 0.1 };
/** m; from here on the network that sees pixels halved would see coarser ones than it learned from. */
const FINE_BUILDINGS = 0.2;
export const roadsGsd: GsdRange = { min: 0.3, max: 1.2, native: 0.4 };
export const constructionGsd: GsdRange = { min: 0.5, max: 2, native: 0.7 };

const building = { objectType: 'building', classId: 'building' };

export function buildingsDetector(name: string, gsd: GsdRange): Detector {
  return learnedDetector({
    name,
    weights: 'buildings',
    fine: { weights: 'buildings-fine', below: FINE_BUILDINGS },
    gsd,
    thing: building,
    objects: {
      threshold: 0.5,
      core: 0.4375,
      splits: [0.5, 0.5625, 0.625, 0.6875],
      reach: 12,
      leastCore: 3,
      leastPart: 16,
    },
    polygons: { minArea: 12, minHole: 4, tolerance: 0.5 },
    needsColour: false,
  });
}

export function roadsDetector(name: string): Detector {
  return learnedDetector({
    name,
    weights: 'roads',
    gsd: roadsGsd,
    thing: { objectType: 'roads', classId: 'road' },
    // Roads hang together: what is likely to be one is one, up to where it ends.
    objects: { threshold: 0.5, core: 0, reach: 0, leastCore: 0, leastPart: 0 },
    polygons: { minArea: 60, minHole: 20, tolerance: 0.5 },
    needsColour: true,
  });
}

export function constructionDetector(name: string): Detector {
  return learnedDetector({
    name,
    weights: 'construction',
    gsd: constructionGsd,
    thing: { objectType: 'construction', classId: 'construction' },
    objects: { threshold: 0.5, core: 0, reach: 0, leastCore: 0, leastPart: 0 },
    polygons: { minArea: 400, minHole: 100, tolerance: 0.5 },
    needsColour: true,
  });
}
