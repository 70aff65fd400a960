import { renameSync } from 'node:fs';
import { join } from 'node:path';
import log from 'electron-log/node';

export interface FileSink {
  write(line: string): void;
}

const generations = 3;

/** Appends lines to `orthodesk.log` in a folder; past the limit it becomes `orthodesk.1.log`, and so on up to three. */
export function openFileSink(folder: string, maxBytes = 2 * 1024 * 1024): FileSink {
  const file = join(folder, 'orthodesk.log');
  const logger = log.create({ logId: file });
  logger.transports.console.level = false;
  const transport = logger.transports.file;
  transport.level = 'silly';
  transport.maxSize = maxBytes;
  transport.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  transport.resolvePathFn = () => file;
  transport.archiveLogFn = () => rotate(folder);
  transport.transforms = [({ data }): unknown[] => data];
  return { write: (line) => logger.info(line) };
}

function rotate(folder: string): void {
  for (let age = generations; age > 0; age--) {
    const from = join(folder, age === 1 ? 'orthodesk.log' : `orthodesk.${age - 1}.log`);
    try {
      renameSync(from, join(folder, `orthodesk.${age}.log`));
    } catch {
      // That generation does not exist yet.
    }
  }
}
