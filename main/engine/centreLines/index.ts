/** Centre lines of roads, joined into a network, as GeoJSON features. */
import { geodesicLength } from '@shared/geo/geodesic';
import type { Feature, LineString } from 'geojson';
import type { MaskBand, MaskClass } from '../models/types';
import type { LonLat, ResultProperties } from '../vectorize/index';
import { degree, lengthOf, networkOf, widthOf, type Line, type Network, type Node } from './network';
import { simplifyLine } from './simplifyLine';
import { smoothLine } from './smoothLine';
import { skeletonOf } from './skeleton';
import { bridgeGaps, joinCrossings, lengthenEnds, pruneSpurs } from './tidy';

/** The option of a model that gives lines in place of areas. */
export const centreLinesBlock = 'CentreLines';

/** m; gaps between ends that head for each other are bridged up to here. */
const longestGap = 20;

/** m; the middle of what is wider is a square, and lines run around it. */
const widest = 32;

/** Widths of the road over which a line is evened, to either side: an elbow is cut by a quarter of a width. */
const evened = 0.75;

/** px; how far a line may be from the evened one through the pixels */
const tolerance = 0.75;

/** m; what hangs together is a road from here on, less is a yard or a roof that looks like one */
const shortest = 30;

export type LineFeature = Feature<LineString, ResultProperties>;

export interface CentreLinesJob {
  /** px */
  readonly width: number;
  /** metres per pixel */
  readonly gsd: number;
  readonly thing: MaskClass;
  /** The least value of the mask that is road. */
  readonly least: number;
  /** m²; networks that cover less are left out */
  readonly minArea: number;
  /** m²; smaller holes are filled */
  readonly minHole: number;
  readonly toLonLat: (x: number, y: number) => LonLat;
  readonly signal?: AbortSignal;
}

/**
 * The lines of a mask that arrives in bands from the top down. Lines that meet share the vertex in which they do. Memory follows
 * the mask's width and the length of the lines; the lines do not depend on the bands.
 */
export async function* centreLines(
  bands: AsyncIterable<MaskBand>,
  job: CentreLinesJob,
): AsyncGenerator<LineFeature, void, undefined> {
  const { gsd } = job;
  const rules = {
    least: job.least,
    reach: Math.max(4, Math.ceil(widest / 2 / gsd)),
    hole: job.minHole / (gsd * gsd),
  };
  const network = networkOf(await skeletonOf(bands, job.width, rules, job.signal));
  joinCrossings(network);
  pruneSpurs(network);
  joinCrossings(network);
  pruneSpurs(network);
  network.join();
  lengthenEnds(network);
  bridgeGaps(network, longestGap / gsd);
  network.join();
  dropSmall(network, job.minArea / (gsd * gsd), shortest / gsd);
  let id = 0;
  for (const line of network.lines) {
    const feature = featureOf(line, id + 1, job);
    if (!feature) continue;
    id++;
    yield feature;
  }
}

/** Leaves out parts that hang together and cover too little or are too short. */
function dropSmall(network: Network, leastArea: number, leastLength: number): void {
  const seen = new Set<Node>();
  for (const node of network.nodes()) {
    if (seen.has(node)) continue;
    const part = new Set<Line>();
    const waiting = [node];
    seen.add(node);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const line of next.lines) {
        part.add(line);
        for (const end of [line.from, line.to]) {
          if (seen.has(end)) continue;
          seen.add(end);
          waiting.push(end);
        }
      }
    }
    let [area, length] = [0, 0];
    for (const line of part) {
      const own = lengthOf(line);
      length += own;
      area += (own - line.bridged) * widthOf(line);
    }
    if (area < leastArea || length < leastLength) for (const line of part) network.remove(line);
  }
}

function featureOf(line: Line, id: number, { gsd, thing, toLonLat }: CentreLinesJob): LineFeature | null {
  const decimals = Math.max(7, Math.ceil(6 - Math.log10(gsd)));
  const round = (degrees: number): number => Number(degrees.toFixed(decimals));
  const points = simplifyLine(smoothLine(line.points, evened * widthOf(line)), tolerance);
  const coordinates: number[][] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [longitude, latitude] = toLonLat(points[i]!, points[i + 1]!);
    const position = [round(longitude), round(latitude)];
    const last = coordinates.at(-1);
    if (last?.[0] !== position[0] || last?.[1] !== position[1]) coordinates.push(position);
  }
  if (coordinates.length < 2) return null;
  const length = geodesicLength(coordinates);
  const width = widthOf(line) * gsd;
  return {
    type: 'Feature',
    geometry: { type: 'LineString', coordinates },
    properties: {
      id,
      object_type: thing.objectType,
      class_id: thing.classId,
      area: tenths(length * width),
      shape_type: shapeOf(line),
      width_m: tenths(width),
      length_m: tenths(length),
      ...(line.bridged > 0 ? { bridged_m: tenths(line.bridged * gsd) } : {}),
    },
  };
}

/** What a line is to the network: between crossings, into the open, alone, or back to where it began. */
function shapeOf({ from, to }: Line): string {
  if (from === to) return 'LOOP';
  const open = [from, to].filter((node) => degree(node) === 1).length;
  return open === 0 ? 'LINK' : open === 1 ? 'DEAD-END' : 'ALONE';
}

const tenths = (metres: number): number => Math.round(metres * 10) / 10;
