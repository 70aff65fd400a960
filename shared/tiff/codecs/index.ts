export { blockJob, decodeBlock } from './decodeBlock';
export { codecName, corruptBlock } from './errors';
export { createCodecs, type CodecOverrides } from './registry';
