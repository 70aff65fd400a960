import { drive } from './driver.mjs';

export default (/** @type {string[]} */ args) => drive('demo', args);
