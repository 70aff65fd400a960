export { blockJob, decodeBlock } from './decodeBlock';
export { corruptBlock } from './errors';
export { releaseBlock } from './release';
export { createCodecs, type CodecEnvironment, type CodecOverrides } from './registry';
