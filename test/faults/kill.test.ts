import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { silentLog } from '@shared/log';
import type { ReductionCodec } from '@shared/tiff/reduce';
import { describe, expect, test } from 'vitest';
import type { ChunkRecord } from '@shared/library/records';
import { openLibrary } from '../../main/library';
import { createNodeCodecs, openFile, reducingParts } from '../../main/rasters';
import { placesIn } from '../../main/services';
import { sourceOpener } from '../../main/uploads';
import { startTestEngine, token, type TestEngine } from '../contract/support';
import { seeded } from '../fixtures/sliceFiles';
import { writeMultispectral } from '../fixtures/multispectral';
import { explainSkip } from '../support/data';
import { writeOrthophoto } from '../unit/uploads/orthophoto';
import { isBuilt, runProgram } from './killedProgram';

/** `npm run faults -- --kills 200` */
const kills = Number(process.env.FAULT_KILLS ?? 20);
const seed = Number(process.env.FAULT_SEED ?? 1);
const chunkCount = 60;
const targetBytes = 14_000;
/** Rounds at a time, each lane with a library of its own: most of a round is patience with what may have arrived. */
const lanes = 5;
/** Chunks that are on their way at once, at most. */
const mostParallel = 8;
/** Steps that an upload tells: sending, ambiguous and confirmed, for each chunk. */
const steps = chunkCount * 3;

if (!isBuilt) explainSkip('kills of the command line', 'it is not built');

/** Name and SHA-1 of every chunk, from the source itself. */
async function chunksOf(
  path: string,
  reduce: ReductionCodec | null,
): Promise<Map<string, { readonly sha1: string; readonly bytes: number }>> {
  const codecs = createNodeCodecs();
  const open = sourceOpener({
    openFile,
    decoderFor: (raster) => blockDecoder(raster, codecs),
    reducing: reducingParts(codecs),
  });
  const source = await open(path);
  const { signal } = new AbortController();
  const reduction = reduce && (await source.reduction(reduce, signal));
  const plan = await source.plan({ targetBytes, maxBytes: 1e9, maxSide: 30_000, reduction }, signal);
  const chunks = new Map<string, { readonly sha1: string; readonly bytes: number }>();
  for (const { name, bytes } of plan.chunks) {
    const hash = createHash('sha1');
    let size = 0;
    for await (const piece of source.read(name, signal)) {
      hash.update(piece.bytes);
      size += piece.bytes.length;
    }
    if (!reduce) expect(size).toBe(bytes);
    chunks.set(name, { sha1: hash.digest('hex'), bytes: size });
  }
  await source.close();
  return chunks;
}

interface Place {
  readonly folder: string;
  /** A folder of the program's data for each lane. */
  readonly data: readonly string[];
  readonly image: string;
  readonly reduce: ReductionCodec | null;
}

function workplace(width: number, reduce: ReductionCodec | null = null): Place {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-kill-'));
  const image = join(folder, 'ortho.tif');
  if (reduce) writeMultispectral(image, { columns: 10, rows: 6 });
  else writeOrthophoto(image, { columns: 10, rows: 6, seed: 3 });
  const data = Array.from({ length: width }, (_, lane) => join(folder, `data ${lane}`));
  return { folder, data, image, reduce };
}

async function killOften(place: Place, profile: string, rounds: number, random: () => number): Promise<void> {
  const waiting = Array.from({ length: rounds }, (_, round) => ({
    round,
    killAfter: 1 + Math.floor(random() * (steps - 1)),
  }));
  const work = async (data: string): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await killOnce(place, data, profile, next);
    }
  };
  await Promise.all(place.data.map(work));
}

/** Uploads into a mosaic of its own, is killed on the way, and is run again until it is done. */
async function killOnce(
  { image, reduce }: Place,
  data: string,
  profile: string,
  { round, killAfter }: { readonly round: number; readonly killAfter: number },
): Promise<void> {
  const upload = [
    'upload',
    image,
    ...['--profile', profile, '--mosaic', `round ${round}`, '--target-bytes', String(targetBytes)],
    ...['--data', data],
    ...(reduce ? ['--reduce', reduce] : []),
  ];
  const killed = await runProgram([...upload, '--events'], { killAfter });
  expect([killed.code, killed.err]).toEqual([null, '']);
  const again = await runProgram([...upload, '--json']);
  expect([again.code, again.err]).toEqual([0, '']);
}

/** Looks at what the server holds after all rounds, and prints it. */
async function judge(place: Place, engine: TestEngine, rounds: number, label: string): Promise<void> {
  const expected = await chunksOf(place.image, place.reduce);
  expect(expected.size).toBe(chunkCount);
  let lost = 0;
  let duplicated = 0;
  const mosaics = await engine.client.mosaics.list();
  expect(mosaics.map(({ name }) => name).sort()).toEqual(
    Array.from({ length: rounds }, (_, round) => `round ${round}`).sort(),
  );
  for (const { id } of mosaics) {
    const images = await engine.client.images.list(id);
    for (const [name, { sha1, bytes }] of expected) {
      const found = images.filter((image) => image.filename === name);
      if (found.length === 0) lost++;
      duplicated += Math.max(0, found.length - 1);
      for (const image of found) expect([name, image.checksum, image.fileSize]).toEqual([name, sha1, bytes]);
    }
    expect(images.length).toBeLessThanOrEqual(chunkCount);
  }
  const chunks = place.data.flatMap((data) => ledgerOf(data));
  expect(chunks.filter(({ state }) => state !== 'confirmed')).toEqual([]);
  const total = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const twice = chunks.reduce((sum, chunk) => sum + chunk.bytes * Math.max(0, chunk.attempts - 1), 0);
  const atMost = rounds * mostParallel * Math.max(...chunks.map((chunk) => chunk.bytes));
  process.stdout.write(
    `kills (${label}): ${rounds}, seed ${seed}, lost ${lost}, duplicated ${duplicated}, ` +
      `bytes sent twice ${((100 * twice) / total).toFixed(2)} % at most\n`,
  );
  expect([lost, duplicated]).toEqual([0, 0]);
  expect(twice).toBeLessThanOrEqual(atMost);
}

function ledgerOf(data: string): ChunkRecord[] {
  const library = openLibrary(placesIn(data).library, { log: silentLog });
  const chunks = library.uploads.list().flatMap(({ id }) => library.uploads.chunks(id));
  library.close();
  return chunks;
}

/** Signs every lane in; false where there is no keychain to keep the token. */
async function signIn(place: Place, url: string): Promise<boolean> {
  for (const data of place.data) {
    const add = ['accounts', 'add', '--name', 'server', '--url', url, '--data', data];
    const { code, err } = await runProgram(add, { env: { ORTHODESK_TOKEN: token } });
    if (code === 0) continue;
    explainSkip('kills while the server lives on', err.trim());
    return false;
  }
  return true;
}

describe.skipIf(!isBuilt)('a program that is killed', { timeout: 120_000 + kills * 20_000 }, () => {
  test('finishes each upload when run again: every chunk once, byte for byte', async (context) => {
    const place = workplace(Math.min(lanes, kills));
    const engine = await startTestEngine();
    try {
      if (!(await signIn(place, engine.engine.url))) return context.skip();
      await killOften(place, 'server', kills, seeded(seed * 104_729));
      await judge(place, engine, kills, 'the server lives on');
    } finally {
      await engine.stop();
      rmSync(place.folder, { recursive: true, force: true });
    }
  });

  test('and makes reduced chunks again, byte for byte', async (context) => {
    const rounds = Math.ceil(kills / 4);
    const place = workplace(Math.min(lanes, rounds), 'jpeg');
    const engine = await startTestEngine();
    try {
      if (!(await signIn(place, engine.engine.url))) return context.skip();
      await killOften(place, 'server', rounds, seeded(seed * 32_452_843));
      await judge(place, engine, rounds, 'chunks are reduced');
    } finally {
      await engine.stop();
      rmSync(place.folder, { recursive: true, force: true });
    }
  });

  test('and its own engine with it: the same', async () => {
    const rounds = Math.ceil(kills / 4);
    const place = workplace(1);
    const [data = ''] = place.data;
    try {
      await killOften(place, 'local', rounds, seeded(seed * 15_485_863));
      const engine = await startTestEngine({ dataDir: placesIn(data).engine });
      await judge(place, engine, rounds, 'the engine dies too').finally(() => engine.stop());
    } finally {
      rmSync(place.folder, { recursive: true, force: true });
    }
  });
});
