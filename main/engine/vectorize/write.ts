import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { ResultFeature } from './features';

/** Characters gathered before they are written: a write for each feature would cost more than the feature. */
const CHUNK = 1 << 16;

/**
 * Writes features as a GeoJSON FeatureCollection, one a line, as they come; the file appears under its name when it is whole and
 * on disk. Returns how many there were.
 */
export async function writeFeatureCollection(
  path: string,
  features: AsyncIterable<ResultFeature>,
): Promise<number> {
  const unfinished = `${path}.part`;
  try {
    const count = await writeAll(unfinished, features);
    const file = await open(unfinished, 'r+');
    await file.sync().finally(() => file.close());
    await rename(unfinished, path);
    return count;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function writeAll(path: string, features: AsyncIterable<ResultFeature>): Promise<number> {
  const stream = createWriteStream(path);
  const done = finished(stream);
  done.catch(() => undefined); // awaited below, or the loop's own error comes first
  let count = 0;
  let text = '{"type":"FeatureCollection","features":[';
  try {
    for await (const feature of features) {
      text += `${count === 0 ? '\n' : ',\n'}${JSON.stringify(feature)}`;
      count++;
      if (text.length < CHUNK) continue;
      if (!stream.write(text)) await Promise.race([once(stream, 'drain'), done]);
      text = '';
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.end(`${text}\n]}\n`);
  await done;
  return count;
}
