import type { BlockDecoder } from '../types';

/** Uncompressed: the stored bytes are the samples. */
export const decodeNone: BlockDecoder = (bytes) => Promise.resolve(bytes);
