export { blockJob, decodeBlock } from './decodeBlock';
export { codecName, corruptBlock } from './errors';
export { createCodecs, type CodecEnvironment, type CodecOverrides } from './registry';
