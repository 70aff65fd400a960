import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Feature, Geometry, Position } from 'geojson';
import type { AnyFeature, OpenDatabase } from '../../../main/library/geopackage/index';

export const openDatabase: OpenDatabase = (path, options) => new SqliteDatabase(path, options);

export function workFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'results-'));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true }) };
}

export function feature(geometry: Geometry | null, properties: Record<string, unknown> = {}): AnyFeature {
  return { type: 'Feature', properties, geometry };
}

/** A rectangle with its south-west corner at a place, in degrees. */
export function rectangle(x: number, y: number, width: number, height: number): Geometry {
  const ring: Position[] = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

export async function* batches(features: readonly AnyFeature[], size = 100): AsyncGenerator<AnyFeature[]> {
  for (let from = 0; from < features.length; from += size) yield features.slice(from, from + size);
}

/** A town of small L-shaped roofs in a lattice, with classes. */
export function town(side: number): AnyFeature[] {
  const features: AnyFeature[] = [];
  const step = 2e-4;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [85.5 + column * step, 27.6 + row * step];
      const a = 1e-4;
      const ring = [
        [0, 0],
        [1, 0],
        [1, 0.5],
        [0.5, 0.5],
        [0.5, 1],
        [0, 1],
        [0, 0],
      ].map(([u, v]) => [x + u! * a, y + v! * a]);
      const number = row * side + column;
      features.push(
        feature(
          { type: 'Polygon', coordinates: [ring] },
          {
            id: number + 1,
            object_type: 'buildings',
            class_id: String(101 + (number % 3)),
            area: 50 + number / 8,
          },
        ),
      );
    }
  }
  return features;
}

export function collection(features: readonly Feature<Geometry | null>[]): string {
  return JSON.stringify({ type: 'FeatureCollection', features });
}
