import lercWasmUrl from 'lerc/lerc-wasm.wasm?url';
import { createCodecs } from '@shared/tiff/codecs';
import { decodeJpegScaled } from '@shared/tiff/codecs/jpeg/scaled';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import { decodeJpegByBrowser, decodeWebpByBrowser } from './browserImages';
import { inflateByStream } from './streamInflate';

/**
 * The codecs of the window and its workers: images and Deflate by the browser itself, everything else as everywhere. To a part of
 * its size libjpeg-turbo in WebAssembly decodes a JPEG tile of 512 px in 0.8 ms; the browser's decoder, which hands its picture
 * through three threads, took 6 on the same day.
 */
export function createBrowserCodecs(): ReducingCodecs {
  const codecs = createCodecs(
    { deflate: inflateByStream, jpeg: decodeJpegByBrowser, webp: decodeWebpByBrowser },
    { lercWasmUrl },
  );
  return { get: (compression) => codecs.get(compression), reduced: { jpeg: decodeJpegScaled } };
}
