/**
 * Tree cover. In fine imagery a network tells crown from crown, in coarser imagery what is trees at all, and in coarser still cover
 * is found without learned weights: a vegetation index above an adaptive threshold, less what is smooth (water, painted roofs) and
 * what is bright and even (lawns).
 */
import { AppError } from '@shared/errors';
import { blur, reach, type Plane } from '../blur';
import { withoutBlank } from '../learned/blank';
import type { Detector, Networks, RgbWindow } from '../types';
import { forestContext, validityOf, vegetation, type ForestContext } from './context';
import { colourFeatures, featureReach, sigmaAt, textureFeatures, type TextureFeatures } from './features';
import { sampleWindows } from './sample';

/** m per px; crowns of 2 m are ten pixels wide here, and finer detail only costs time */
const FINEST_GSD = 0.19;

/** m per px; in what is coarser crowns are not told apart */
const COARSEST_CROWNS = 0.35;

/** m per px; in what is coarser the network has learned nothing */
const COARSEST_KNOWN = 0.6;

/** px; as far as the network looks around a pixel */
const NETWORK_REACH = 64;

/** Crowns come apart wherever their middles do, at whatever level of the interior that is. */
const CROWN_LEVELS = Array.from({ length: 10 }, (_, step) => (step + 4) / 16);

/** As packed probabilities: cover that nobody weighed is as likely as not, and hangs together. */
const COVER = (8 << 4) | 15;

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

/** Share of vegetation from which on a scene is green enough for colour to tell what is hardly a crown. */
const LEAST_GREEN = 0.05;

/** Sixteenths: a crown this likely may be grey, red or brown. */
const LIKELY = 10;

/** Sixteenths: what the index takes for trees must be this likely. */
const POSSIBLE = 5;

/** px; keeps a crown and the cover beside it apart */
const GAP_SIGMA = 1.2;

/** `name` is the model's, for the messages. */
export function forestDetector(name: string): Detector {
  return {
    classes: [{ value: 1, objectType: 'forest', classId: 'forest' }],
    polygons: { minArea: 1, minHole: 4, tolerance: 0.5 },
    objects: {
      threshold: 0.5,
      core: CROWN_LEVELS[0]!,
      splits: CROWN_LEVELS.slice(1),
      reach: 8,
      leastCore: 0.5,
      leastPart: 0.5,
    },
    weighs: (gsd) => gsd <= COARSEST_CROWNS,
    workingGsd: (imageGsd) => imageGsd * Math.max(1, Math.ceil(FINEST_GSD / imageGsd - 1e-6)),
    margin: (gsd) => Math.max(NETWORK_REACH, featureReach(gsd) + reach(sigmaAt(MAJORITY_SIGMA, gsd))),
    async prepare(source, signal) {
      if (source.colour === 'grey') throw new AppError('engine.needs_colour', { model: name });
      return forestContext(await sampleWindows(source, signal), source.gsd);
    },
    classify: (window, gsd, context, networks) =>
      gsd <= COARSEST_CROWNS
        ? crowns(window, gsd, context as ForestContext, networks)
        : cover(window, gsd, context as ForestContext, networks),
  };
}

/**
 * The network's crowns, and between them the cover that it does not know: shrubs and forests unlike those it has seen. Where
 * much is green, what is neither green nor likely is no crown; in a dry season the colour says nothing.
 */
async function crowns(
  window: RgbWindow,
  gsd: number,
  context: ForestContext,
  networks: Networks,
): Promise<Uint8Array> {
  const validity = validityOf(window);
  const inside = vegetationIn(window, gsd, context, validity);
  const packed = await networks.run('forest', withoutBlank(window));
  if (context.share >= LEAST_GREEN) {
    const green = majority(window, gsd, planeOf(inside), validity);
    for (let i = 0; i < packed.length; i++) {
      if (green[i]! * 4 <= SET && packed[i]! >> 4 < LIKELY) packed[i] = 0;
    }
  }
  const objects = new Uint16Array(packed.length);
  for (let i = 0; i < packed.length; i++) if (packed[i]! >> 4 >= 8) objects[i] = SET;
  const around = blur({ ...window, values: objects }, GAP_SIGMA, null).values;
  const rest = coverOf(window, gsd, context, inside, validity);
  for (let i = 0; i < packed.length; i++) {
    if (around[i] === 0 && rest[i]) packed[i] = COVER;
  }
  return packed;
}

/** What is likely, and what the index takes for trees if it is not unlikely: a lawn is as green as they are. */
async function cover(
  window: RgbWindow,
  gsd: number,
  context: ForestContext,
  networks: Networks,
): Promise<Uint8Array> {
  const validity = validityOf(window);
  const inside = vegetationIn(window, gsd, context, validity);
  const found = coverOf(window, gsd, context, inside, validity);
  const packed = gsd <= COARSEST_KNOWN ? await networks.run('forest', withoutBlank(window)) : null;
  const isForest = (i: number): boolean =>
    packed ? packed[i]! >> 4 >= (found[i] ? POSSIBLE : LIKELY) : found[i] === 1;
  for (let i = 0; i < found.length; i++) found[i] = isForest(i) ? COVER : 0;
  return found;
}

/** 1 where most of what is around is vegetation that is neither smooth nor a lawn. */
function coverOf(
  window: RgbWindow,
  gsd: number,
  context: ForestContext,
  inside: Uint8Array,
  validity: Uint8Array | null,
): Uint8Array {
  const trees = treePixels(inside, textureFeatures(window, inside, gsd), context.brightness);
  const share = majority(window, gsd, trees, validity);
  const found = new Uint8Array(share.length);
  for (let i = 0; i < found.length; i++) if (share[i]! * 2 > SET) found[i] = window.valid[i]!;
  return found;
}

function planeOf(mask: Uint8Array): Uint16Array {
  const values = new Uint16Array(mask.length);
  for (let i = 0; i < mask.length; i++) values[i] = mask[i]! * SET;
  return values;
}

function vegetationIn(
  window: RgbWindow,
  gsd: number,
  context: ForestContext,
  validity: Uint8Array | null,
): Uint8Array {
  const gains = { red: context.redGain, blue: context.blueGain };
  return vegetation(window, colourFeatures(window, validity, gsd, gains), context.threshold);
}

/** Around each pixel the share of `values`, of SET. */
function majority(
  window: RgbWindow,
  gsd: number,
  values: Uint16Array,
  validity: Uint8Array | null,
): Uint16Array {
  const plane: Plane = { width: window.width, height: window.height, values };
  return blur(plane, sigmaAt(MAJORITY_SIGMA, gsd), validity).values;
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
