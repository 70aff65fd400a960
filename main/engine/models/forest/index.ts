/**
 * Tree cover without learned weights: a vegetation index above an adaptive threshold, less what is smooth (water, painted
 * roofs) and what is bright and even (lawns). It says what it is in its description.
 */
import { AppError } from '@shared/errors';
import { blur, reach, type Plane } from '../blur';
import type { Detector, RgbWindow } from '../types';
import { forestContext, validityOf, vegetation, type ForestContext } from './context';
import { colourFeatures, featureReach, sigmaAt, textureFeatures, type TextureFeatures } from './features';
import { sampleWindows } from './sample';

/** m per px; crowns of 2 m are ten pixels wide here, and finer detail only costs time */
const FINEST_GSD = 0.2;

/** Water and sheet metal are smoother than this, crowns rougher. */
const LEAST_ROUGHNESS = 0.028;
/**
 * A lawn is brighter than the vegetation around it, smoother, or some of both: it is one where
 * (brightness / median - 1) / 0.25 + (0.06 - roughness) / 0.03 exceeds 1.
 */
const LAWN_BRIGHTNESS = 0.25;
const LAWN_ROUGHNESS = 0.06;
const LAWN_ROUGHNESS_SPAN = 0.03;

/** The majority around a pixel decides: closes gaps between leaves, opens bridges between crowns. */
const MAJORITY_SIGMA = { metres: 0.7, pixels: 0.8 };

const SET = 32768;

/** `name` is the model's, for the messages. */
export function forestDetector(name: string): Detector {
  return {
    classes: [{ value: 1, objectType: 'forest', classId: 'forest' }],
    polygons: { minArea: 4, minHole: 4, tolerance: 0.5 },
    workingGsd: (imageGsd) => imageGsd * Math.max(1, Math.ceil(FINEST_GSD / imageGsd - 1e-6)),
    margin: (gsd) => featureReach(gsd) + reach(sigmaAt(MAJORITY_SIGMA, gsd)),
    async prepare(source, signal) {
      if (source.colour === 'grey') throw new AppError('engine.needs_colour', { model: name });
      return forestContext(await sampleWindows(source, signal), source.gsd);
    },
    classify: (window, gsd, context) => classify(window, gsd, context as ForestContext),
  };
}

function classify(window: RgbWindow, gsd: number, context: ForestContext): Uint8Array {
  const validity = validityOf(window);
  const gains = { red: context.redGain, blue: context.blueGain };
  const inside = vegetation(window, colourFeatures(window, validity, gsd, gains), context.threshold);
  const trees = treePixels(inside, textureFeatures(window, inside, gsd), context.brightness);
  const plane: Plane = { width: window.width, height: window.height, values: trees };
  const share = blur(plane, sigmaAt(MAJORITY_SIGMA, gsd), validity).values;
  const mask = new Uint8Array(share.length);
  for (let i = 0; i < mask.length; i++) mask[i] = share[i]! * 2 > SET && window.valid[i] ? 1 : 0;
  return mask;
}

/** Vegetation that is neither smooth nor a lawn, as a plane to smooth. */
function treePixels(inside: Uint8Array, texture: TextureFeatures, median: number): Uint16Array {
  const trees = new Uint16Array(inside.length);
  for (let i = 0; i < trees.length; i++) {
    const roughness = texture.roughness[i]!;
    if (!inside[i] || roughness < LEAST_ROUGHNESS) continue;
    const brighter = (texture.brightness[i]! / median - 1) / LAWN_BRIGHTNESS;
    const smoother = (LAWN_ROUGHNESS - roughness) / LAWN_ROUGHNESS_SPAN;
    if (brighter + smoother <= 1) trees[i] = SET;
  }
  return trees;
}
