import type { Feature, LineString, Polygon, Position } from 'geojson';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Database, OpenDatabase } from '../store/database';

/** Features of a tile at most; a view of everything needs no more to look full. */
const mostFeatures = 20_000;
const insertedAtOnce = 5000;

/** What results are made of. */
export type TileFeature = Feature<Polygon | LineString>;

interface Bounds {
  readonly count: number;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Builds the index of a result: features by their bounding boxes. It appears under its name when it is whole. */
export async function buildResultIndex(
  open: OpenDatabase,
  paths: readonly string[],
  target: string,
): Promise<void> {
  const unfinished = `${target}.part`;
  await rm(unfinished, { force: true });
  const database = open(unfinished);
  try {
    database.pragma('journal_mode = OFF');
    database.exec(`
      CREATE TABLE features (id INTEGER PRIMARY KEY, size REAL NOT NULL, feature TEXT NOT NULL) STRICT;
      CREATE VIRTUAL TABLE boxes USING rtree(id, west, east, south, north);`);
    await fill(database, paths);
  } finally {
    database.close();
  }
  await rename(unfinished, target);
}

async function fill(database: Database, paths: readonly string[]): Promise<void> {
  const feature = database.prepare('INSERT INTO features (id, size, feature) VALUES (?, ?, ?)');
  const box = database.prepare('INSERT INTO boxes (id, west, east, south, north) VALUES (?, ?, ?, ?, ?)');
  const insert = database.transaction((lines: readonly string[], first: number) => {
    lines.forEach((line, i) => {
      const parsed = JSON.parse(line) as TileFeature;
      const outer = outerOf(parsed);
      const xs = outer.map(([x = 0]) => x);
      const ys = outer.map(([, y = 0]) => y);
      const [west, east] = extremes(xs);
      const [south, north] = extremes(ys);
      const id = first + i;
      const numbered = { ...parsed, properties: { ...parsed.properties, id } };
      feature.run(id, sizeOf(parsed, east - west, north - south), JSON.stringify(numbered));
      box.run(id, west, east, south, north);
    });
  });
  let waiting: string[] = [];
  let next = 1;
  const flush = (): void => {
    insert(waiting, next);
    next += waiting.length;
    waiting = [];
  };
  for (const path of paths) {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (line !== '') waiting.push(line);
      if (waiting.length >= insertedAtOnce) flush();
    }
  }
  flush();
}

function outerOf({ geometry }: TileFeature): readonly Position[] {
  return geometry.type === 'LineString' ? geometry.coordinates : (geometry.coordinates[0] ?? []);
}

/** Square degrees: a line shows by its length, whichever way it runs. */
function sizeOf({ geometry }: TileFeature, width: number, height: number): number {
  return geometry.type === 'LineString' ? width ** 2 + height ** 2 : width * height;
}

function extremes(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** An open index. */
export class ResultIndex {
  constructor(private readonly database: Database) {}

  /** The largest features whose boxes meet a rectangle in degrees, the smallest of which has a side of `least` degrees. */
  find(west: number, south: number, east: number, north: number, least: number): readonly TileFeature[] {
    return this.database
      .prepare<[number, number, number, number, number, number], { feature: string }>(
        `SELECT feature FROM boxes JOIN features USING (id)
         WHERE east >= ? AND west <= ? AND north >= ? AND south <= ? AND size >= ?
         ORDER BY size DESC LIMIT ?`,
      )
      .all(west, east, south, north, least * least, mostFeatures)
      .map(({ feature }) => JSON.parse(feature) as TileFeature);
  }

  bounds(): Bounds {
    const found = this.database
      .prepare<[], Partial<Record<keyof Bounds, number | null>>>(
        `SELECT count(*) AS count, min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north
         FROM boxes`,
      )
      .get();
    return {
      count: found?.count ?? 0,
      west: found?.west ?? -180,
      south: found?.south ?? -85,
      east: found?.east ?? 180,
      north: found?.north ?? 85,
    };
  }

  close(): void {
    this.database.close();
  }
}
