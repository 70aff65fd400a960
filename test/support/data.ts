import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** The folder of real orthophotos beside the checkout, or null where a machine has none. */
export const sharedData: string | null = existsSync(folder) ? folder : null;

/** True where GDAL's command-line tools are installed: the referee of the format tests. */
export const hasGdal: boolean = spawnSync('gdalinfo', ['--version']).status === 0;

/** Says why a test is left out, once, where a reader of the log sees it. */
export function explainSkip(what: string, reason: string): void {
  process.stderr.write(`skipped: ${what}: ${reason}\n`);
}

/** For `test.skipIf(...)`: true (and says so) when the real orthophotos are absent. */
export function withoutSharedData(what: string): boolean {
  if (sharedData === null) explainSkip(what, '../shared/data is not beside this checkout');
  return sharedData === null;
}

/** For `test.skipIf(...)`: true (and says so) when GDAL is not installed. */
export function withoutGdal(what: string): boolean {
  if (!hasGdal) explainSkip(what, 'GDAL (gdal-bin) is not installed');
  return !hasGdal;
}
