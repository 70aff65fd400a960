import lercWasmUrl from 'lerc/lerc-wasm.wasm?url';
import { createCodecs } from '@shared/tiff/codecs';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import { decodeJpegByBrowser, decodeJpegReduced, decodeWebpByBrowser } from './browserImages';
import { inflateByStream } from './streamInflate';

/** The codecs of the window and its workers: images and Deflate by the browser itself, everything else as everywhere. */
export function createBrowserCodecs(): ReducingCodecs {
  const codecs = createCodecs(
    { deflate: inflateByStream, jpeg: decodeJpegByBrowser, webp: decodeWebpByBrowser },
    { lercWasmUrl },
  );
  return { get: (compression) => codecs.get(compression), reduced: { jpeg: decodeJpegReduced } };
}
