import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

/** OGR as the referee of vector files. */
export interface VectorReport {
  readonly features: number;
  /** Features whose geometry GEOS does not call valid. */
  readonly invalid: number;
}

/** One number from a query in SQLite's dialect (with SpatiaLite's functions) over a vector file. */
export function query(path: string, sql: string): number {
  const output = execFileSync('ogrinfo', ['-ro', '-q', '-dialect', 'sqlite', '-sql', sql, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const value = /= (-?[\d.e+-]+)\s*$/m.exec(output)?.[1];
  if (value === undefined) throw new Error(`ogrinfo gave no number: ${output}`);
  return Number(value);
}

/** `layer` defaults to the file's name without extension, as GeoJSON files have it. */
export function inspect(
  path: string,
  layer = basename(path).replace(/\.\w+$/, ''),
  geometry = 'geometry',
): VectorReport {
  return {
    features: query(path, `select count(*) as n from "${layer}"`),
    invalid: query(path, `select count(*) as n from "${layer}" where not ST_IsValid(${geometry})`),
  };
}
