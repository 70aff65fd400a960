import { prepareAndRun } from './tool.mjs';

export default (/** @type {string[]} */ args) => prepareAndRun('cli', args);
