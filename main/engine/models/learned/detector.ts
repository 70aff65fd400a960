import { AppError } from '@shared/errors';
import type { Detector, GsdRange, MaskClass, ObjectRules, PolygonRules } from '../types';
import { withoutBlank } from './blank';

/** Around a pixel a network looks no farther than this, px; a multiple of what its deepest level halves. */
const MARGIN = 64;

export interface LearnedRules {
  /** The model's name, for the messages. */
  readonly name: string;
  /** Which network: the name of its file without `.onnx`. */
  readonly weights: string;
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
    margin: () => MARGIN,
    prepare: (source) =>
      rules.needsColour && source.colour === 'grey'
        ? Promise.reject(new AppError('engine.needs_colour', { model: rules.name }))
        : Promise.resolve({}),
    classify: (window, _gsd, _context, networks) => networks.run(rules.weights, withoutBlank(window)),
  };
}
