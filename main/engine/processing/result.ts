import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { Files } from '../files';

const head = '{"type":"FeatureCollection","features":[';
const tail = '\n]}\n';

/** Features of some areas as one GeoJSON collection (RFC 7946), streamed; ids count up over all of them. */
export async function* featureCollection(paths: readonly string[]): AsyncGenerator<string, void, undefined> {
  let text = head;
  let count = 0;
  for (const path of paths) {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    for await (const line of lines) {
      if (line === '') continue;
      count++;
      text += `${count === 1 ? '\n' : ',\n'}${withId(line, count)}`;
      if (text.length < 1 << 16) continue;
      yield text;
      text = '';
    }
  }
  yield text + tail;
}

/** Each area counts its features from 1. */
function withId(line: string, id: number): string {
  return line.replace(/("properties":\{"id":)\d+/, `$1${String(id)}`);
}

/** The result of the whole processing, in one file that appears when it is whole. */
export async function writeResult(files: Files, processingId: string, areas: number): Promise<void> {
  const parts = Array.from({ length: areas }, (_, area) => files.features(processingId, area));
  const path = files.result(processingId);
  const unfinished = `${path}.part`;
  try {
    await pipeline(featureCollection(parts), createWriteStream(unfinished));
    const file = await open(unfinished, 'r+');
    await file.sync().finally(() => file.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
