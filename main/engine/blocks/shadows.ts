import type { Position as XY } from '@shared/geo/affine';
import { applyGeotransform, invertGeotransform } from '@shared/geo/affine';
import { projectionFor } from '@shared/geo/crs';
import type { PixelWindow } from '@shared/tiff/types';
import { toGrid, type WorkingGrid } from '../imagery/grid';
import type { SourceImage } from '../imagery/mosaicSource';
import type { Sun } from '../imagery/sun';
import type { Detector, PixelSource, RgbWindow } from '../models/types';
import type { HeightModel } from './heights';
import { boxOf, isInside, percentile, Plane, type Position } from './plane';
import { shadowLength, type Ray } from './shadowRays';

/** degrees; a lower sun casts shadows into everything, under a higher one a pixel is a storey */
const lowestSun = 12;
const highestSun = 70;
/** m; how far the end of a shadow is looked for, at first and then */
const reaches = [20, 60];
/** m; ground in the sun is looked for so far on the sunny side */
const sunnySide = 4;
/** m; what is lower casts no shadow to be told from a kerb's */
const lowest = 1;
/** Lines along the shadow through one building. */
const mostLines = 64;
/** The share of a building's width that is left out at either side: shadows of corners are rounded. */
const trim = 0.1;

/** Whether a model's things have walls and stand on open ground, so that their heights can be read from their shadows. */
export const castsShadows = ({ classes }: Pick<Detector, 'classes'>): boolean =>
  classes[0]?.objectType === 'building';

export interface ShadowImagery {
  readonly grid: WorkingGrid;
  /** Those whose profile has no sun say nothing. */
  readonly images: readonly SourceImage[];
  /** The same images on that grid. */
  readonly source: PixelSource;
}

/**
 * Heights of buildings by the shadows that they cast on the ground beside them. Outlines are taken for those of the walls' upper
 * edges, straight above the ground that they stand on: in pictures that lean, heights are wrong by as much as the walls are seen.
 */
export function shadowHeights({ grid, images, source }: ShadowImagery): Pick<HeightModel, 'heightOf'> {
  const projection = projectionFor(grid.crs);
  if (!projection) throw new Error(`no projection for ${grid.crs.name}`);
  const sunAt = suns(images);
  return {
    heightOf: async (rings, others, signal) => {
      const place = rings[0]?.[0] ?? [];
      const sun = sunAt(place);
      if (!sun || sun.elevation < lowestSun || sun.elevation > highestSun) return null;
      const toPixel = (position: Position): XY =>
        toGrid(grid, projection, [position[0] ?? NaN, position[1] ?? NaN]);
      const scene: Scene = {
        source,
        own: rings.map((ring) => ring.map(toPixel)),
        others: others.map((polygon) => polygon.map((ring) => ring.map(toPixel))),
        away: awayFrom(sun, place, toPixel),
      };
      for (const reach of reaches) {
        const length = await lengthWithin(scene, reach, signal);
        if (length === 'farther') continue;
        const height = length === null ? 0 : length * Math.tan((sun.elevation * Math.PI) / 180);
        return height < lowest ? null : Math.round(height * 10) / 10;
      }
      return null;
    },
  };
}

/** The sun of the uppermost image at a place. */
function suns(images: readonly SourceImage[]): (place: Position) => Sun | null {
  const placed = [...images].reverse().flatMap(({ profile }) => {
    const [projection, inverse] = [projectionFor(profile.system), invertGeotransform(profile.geotransform)];
    return projection && inverse ? [{ profile, projection, inverse }] : [];
  });
  return ([longitude = NaN, latitude = NaN]) => {
    const found = placed.find(({ profile, projection, inverse }) => {
      const [x, y] = applyGeotransform(inverse, ...projection.fromLonLat([longitude, latitude]));
      return x >= 0 && y >= 0 && x < profile.width && y < profile.height;
    });
    return found?.profile.sun ?? null;
  };
}

/** px of the grid for a metre on the ground, in the direction in which shadows fall. */
function awayFrom(sun: Sun, place: Position, toPixel: (position: Position) => XY): XY {
  const span = 10;
  const azimuth = (sun.azimuth * Math.PI) / 180;
  const end = new Plane(place).from([-Math.sin(azimuth) * span, -Math.cos(azimuth) * span]);
  const [x0, y0] = toPixel(place);
  const [x1, y1] = toPixel(end);
  return [(x1 - x0) / span, (y1 - y0) / span];
}

interface Scene {
  readonly source: PixelSource;
  /** px of the grid */
  readonly own: readonly (readonly XY[])[];
  readonly others: readonly (readonly (readonly XY[])[])[];
  /** px for a metre along the shadow */
  readonly away: XY;
}

async function lengthWithin(
  { source, own, others, away }: Scene,
  reach: number,
  signal: AbortSignal | undefined,
): Promise<number | 'farther' | null> {
  const window = windowAround(own[0] ?? [], away, reach, source);
  if (!window) return null;
  const picture = await source.read(window, signal);
  const near = others.filter((polygon) => meets(polygon[0] ?? [], window));
  const light = (at: XY): number | null => lightAt(picture, at[0] - window.x, at[1] - window.y);
  const isFree = (at: XY): boolean => !near.some((polygon) => isInside(at, polygon));
  const step = 0.5 / Math.hypot(...away);
  const rays = linesThrough(own[0] ?? [], away).map(({ entry, exit }): Ray => {
    const along = (from: XY, metres: number): XY => [from[0] + away[0] * metres, from[1] + away[1] * metres];
    const sample = (from: XY, metres: number): number | 'blocked' | null => {
      const at = along(from, metres);
      return isFree(at) ? light(at) : 'blocked';
    };
    return {
      beyond: Array.from({ length: Math.floor(reach / step) }, (_, i) => sample(exit, (i + 1) * step)),
      before: Array.from({ length: Math.floor(sunnySide / step) }, (_, i) => sample(entry, -(i + 1) * step)),
    };
  });
  return shadowLength(rays, step);
}

/** The window that a building's shadow can fall into, with what lies on its sunny side. */
function windowAround(
  outline: readonly XY[],
  away: XY,
  reach: number,
  { width, height }: { readonly width: number; readonly height: number },
): PixelWindow | null {
  const reached = [reach, -sunnySide].flatMap((metres) =>
    outline.map(([x, y]): XY => [x + away[0] * metres, y + away[1] * metres]),
  );
  const [west, north, east, south] = boxOf(reached);
  const x = Math.max(0, Math.floor(west));
  const y = Math.max(0, Math.floor(north));
  const [right, bottom] = [Math.min(width, Math.ceil(east)), Math.min(height, Math.ceil(south))];
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}

function meets(outline: readonly XY[], window: PixelWindow): boolean {
  const [west, north, east, south] = boxOf(outline);
  return (
    west < window.x + window.width && east > window.x && north < window.y + window.height && south > window.y
  );
}

/** Red and green, 0–255: what the blue sky adds to shadows is left out. Null where nothing is known. */
function lightAt({ width, height, red, green, valid }: RgbWindow, x: number, y: number): number | null {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return null;
  const i = row * width + column;
  return valid[i] === 0 ? null : (red[i]! + green[i]!) / 2;
}

/** Where lines along the shadow enter an outline first and leave it last. */
function linesThrough(outline: readonly XY[], away: XY): { readonly entry: XY; readonly exit: XY }[] {
  const length = Math.hypot(...away);
  const [ux, uy] = [away[0] / length, away[1] / length];
  const turned = outline.map(([x, y]): XY => [x * ux + y * uy, y * ux - x * uy]);
  const across = Float64Array.from(turned, ([, v]) => v).sort();
  const [low, high] = [percentile(across, 0), percentile(across, 1)];
  const width = (high - low) * (1 - 2 * trim);
  const count = Math.max(1, Math.min(mostLines, Math.floor(width)));
  return Array.from(
    { length: count },
    (_, i) => low + (high - low) * trim + (width * (i + 0.5)) / count,
  ).flatMap((v) => {
    const crossings = turned.flatMap(([u1, v1], i) => {
      const [u2, v2] = turned[(i + 1) % turned.length]!;
      return v1 > v === v2 > v ? [] : [u1 + ((v - v1) / (v2 - v1)) * (u2 - u1)];
    });
    if (crossings.length === 0) return [];
    const at = (u: number): XY => [u * ux - v * uy, u * uy + v * ux];
    return [{ entry: at(Math.min(...crossings)), exit: at(Math.max(...crossings)) }];
  });
}
