import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createCodecs } from '@shared/tiff/codecs';
import { sliceLayout } from '@shared/tiff/slice';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { planSlices } from '@shared/tiff/slicePlan';
import { streamLayout } from '@shared/tiff/writeStream';
import { openFile, reducingParts } from '../../../main/rasters';
import { sourceOpener } from '../../../main/uploads';
import { PieceBuffers } from '../../../main/uploads/pieceBuffers';
import { gdal } from '../../support/gdal';
import { inTurns, median, seconds } from './repeat';

const usual = { targetBytes: 64 * 1024 * 1024, maxBytes: Infinity, maxSide: Infinity };
const REPETITIONS = 7;
const CHUNKS = 3;
const PIECE = 1024 * 1024;

/** Median seconds of cutting one chunk into a file, and with `gdal_translate` and the file's own coding. */
export async function measureSlicing(
  path: string,
  scratch: string,
): Promise<{ readonly ours: number; readonly gdal: number }> {
  const opened = await openFile(path);
  const { raster } = opened;
  const decode = blockDecoder(raster, createCodecs());
  const { chunks } = await planSlices(raster, usual, { decode });
  const times: { ours: number[]; gdal: number[] } = { ours: [], gdal: [] };
  for (const { window, method } of chunks.slice(0, CHUNKS)) {
    const { x, y, width, height } = window;
    const target = `${scratch}.cut.tif`;
    times.ours.push(
      await seconds(async () => {
        const layout = await sliceLayout(raster, window, { method, decode });
        const pieces = Readable.from(streamLayout(layout, raster.files), { highWaterMark: 1 });
        await pipeline(pieces, createWriteStream(target));
      }),
    );
    times.gdal.push(
      await seconds(() => {
        gdal(
          'gdal_translate', '-q', '-srcwin', ...[x, y, width, height].map(String),
          '-co', 'TILED=YES', '-co', 'BLOCKXSIZE=512', '-co', 'BLOCKYSIZE=512',
          '-co', 'COMPRESS=JPEG', '-co', 'PHOTOMETRIC=YCBCR', '-co', 'JPEG_QUALITY=85', path, target,
        ); // prettier-ignore
      }),
    );
    await rm(target);
  }
  await opened.close();
  return { ours: median(times.ours), gdal: median(times.gdal) };
}

/** Median bytes per second: planning, cutting and hashing every chunk, and reading and hashing the file from end to end. */
export async function measureHashing(
  path: string,
): Promise<{ readonly ours: number; readonly plain: number }> {
  const [ours, plain] = await inTurns(REPETITIONS, [() => sliceAndHash(path), () => readAndHash(path)]);
  return { ours: median(ours as number[]), plain: median(plain as number[]) };
}

async function sliceAndHash(path: string): Promise<number> {
  const start = performance.now();
  const codecs = createCodecs();
  const open = sourceOpener({
    openFile,
    decoderFor: (raster) => blockDecoder(raster, codecs),
    reducing: reducingParts(codecs),
  });
  const source = await open(path);
  const { signal } = new AbortController();
  const { chunks } = await source.plan(usual, signal);
  const buffers = new PieceBuffers();
  let bytes = 0;
  for (const { name } of chunks) {
    for await (const piece of source.read(name, signal, buffers)) {
      bytes += piece.bytes.length;
      buffers.leaving(piece.bytes);
      buffers.left(piece.bytes);
    }
  }
  await source.close();
  return bytes / ((performance.now() - start) / 1000);
}

async function readAndHash(path: string): Promise<number> {
  const start = performance.now();
  const file = await open(path);
  const hash = createHash('sha1');
  const buffer = Buffer.allocUnsafeSlow(PIECE);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE, bytes);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
  }
  hash.digest('hex');
  await file.close();
  return bytes / ((performance.now() - start) / 1000);
}
