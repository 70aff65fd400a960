import { readdirSync } from 'node:fs';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import { openRaster } from '@shared/tiff/open';
import { afterAll, expect, test } from 'vitest';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { sharedData, withoutSharedData } from '../../support/data';
import { drawSome } from '../../support/drawing';
import { fileSiblings, fileSource } from '../../support/fileSource';

const skip = withoutSharedData('the drawing of damaged files');
const folder = `${sharedData}/malformed`;
const files = skip ? ['none'] : readdirSync(folder).filter((name) => /\.tiff?$/.test(name));
const codecs = createNodeCodecs();
const most = { seconds: { value: 0, file: '' }, megabytes: { value: 0, file: '' } };
const tally = { refused: 0, drawn: 0, partly: 0 };
/** ms between two looks at the memory */
const interval = 5;

interface Outcome {
  readonly opened: boolean;
  readonly kinds: readonly string[];
  /** of the processor, which other programs do not lengthen */
  readonly seconds: number;
  /** MB that the process grew by at its highest, garbage included */
  readonly megabytes: number;
}

async function draw(name: string): Promise<Outcome> {
  const path = `${folder}/${name}`;
  const source = await fileSource(path);
  const siblings = fileSiblings(path);
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), interval);
  const start = process.cpuUsage();
  let opened = false;
  let kinds: readonly string[];
  try {
    const raster = await openRaster(source, siblings.open);
    opened = true;
    kinds = await drawSome(raster, codecs);
  } catch (error) {
    kinds = [error instanceof AppError ? error.kind : `defect: ${String(error)}`];
  } finally {
    clearInterval(watch);
    await Promise.all([source.close(), siblings.close()]);
  }
  const { user, system } = process.cpuUsage(start);
  peak = Math.max(peak, process.memoryUsage.rss());
  return { opened, kinds, seconds: (user + system) / 1e6, megabytes: (peak - before) / 1e6 };
}

test.skipIf(skip).each(files)('%s is drawn as far as it goes, or refused in words', async (name) => {
  const { opened, kinds, seconds, megabytes } = await draw(name);
  tally[!opened ? 'refused' : kinds.length > 0 ? 'partly' : 'drawn']++;
  if (seconds > most.seconds.value) most.seconds = { value: seconds, file: name };
  if (megabytes > most.megabytes.value) most.megabytes = { value: megabytes, file: name };
  const unexpected = errorText({ kind: 'app.unexpected', params: {} }).title;
  const wordless = kinds.filter((kind) => errorText({ kind, params: {} }).title === unexpected);
  expect(wordless).toEqual([]);
  expect(seconds).toBeLessThan(1);
  expect(megabytes).toBeLessThan(200);
});

afterAll(() => {
  if (skip) return;
  const { seconds, megabytes } = most;
  process.stderr.write(
    `damaged files: ${tally.refused} refused, ${tally.partly} drawn in part, ${tally.drawn} drawn; ` +
      `at most ${seconds.value.toFixed(2)} s of the processor (${seconds.file}), ` +
      `${megabytes.value.toFixed(0)} MB (${megabytes.file})\n`,
  );
});
