export { blockJob, decodeBlock } from './decodeBlock';
export { corruptBlock } from './errors';
export { createCodecs, type CodecEnvironment, type CodecOverrides } from './registry';
