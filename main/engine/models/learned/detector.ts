import { AppError } from '@shared/errors';
import type { Detector, GsdRange, MaskClass, Networks, ObjectRules, PolygonRules, RgbWindow } from '../types';
import { withoutBlank } from './blank';
import { halved, meanOfBoth } from './halves';

/** Around a pixel a network looks no farther than this, px; a multiple of what its deepest level halves. */
const MARGIN = 64;

/** px; the same where one of two networks sees pixels twice as wide. */
const WIDE_MARGIN = 96;

export interface LearnedRules {
  /** The model's name, for the messages. */
  readonly name: string;
  /** Which network: the name of its file without `.onnx`. */
  readonly weights: string;
  /**
   * Another network, for working pixels finer than `below` m: it sees them as they are, the first one sees them halved, and the
   * answer is the mean.
   */
  readonly fine?: { readonly weights: string; readonly below: number };
  readonly gsd: GsdRange;
  readonly thing: Omit<MaskClass, 'value'>;
  readonly objects: ObjectRules;
  readonly polygons: PolygonRules;
  readonly needsColour: boolean;
}

/** A detector that asks a network; what it answers is kept as probabilities, so that a threshold can be chosen later. */
export function learnedDetector(rules: LearnedRules): Detector {
  return {
    classes: [{ value: 1, ...rules.thing }],
    polygons: rules.polygons,
    objects: rules.objects,
    workingGsd: (imageGsd) => imageGsd * Math.max(1, Math.ceil(rules.gsd.min / imageGsd - 1e-6)),
    margin: (gsd) => (isFine(rules, gsd) ? WIDE_MARGIN : MARGIN),
    prepare: (source) =>
      rules.needsColour && source.colour === 'grey'
        ? Promise.reject(new AppError('engine.needs_colour', { model: rules.name }))
        : Promise.resolve({}),
    classify: (window, gsd, _context, networks) => {
      const seen = withoutBlank(window);
      return isFine(rules, gsd)
        ? askBoth(seen, rules.fine.weights, rules.weights, networks)
        : networks.run(rules.weights, seen);
    },
  };
}

function isFine(
  rules: LearnedRules,
  gsd: number,
): rules is LearnedRules & Required<Pick<LearnedRules, 'fine'>> {
  return rules.fine !== undefined && gsd < rules.fine.below;
}

/** One after the other: each has all the threads there are for networks. */
async function askBoth(
  window: RgbWindow,
  fine: string,
  coarse: string,
  networks: Networks,
): Promise<Uint8Array> {
  const half = halved(window);
  const near = await networks.run(fine, window);
  return meanOfBoth(near, await networks.run(coarse, half), window, half);
}
