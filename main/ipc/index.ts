export { appOrigin, registerAppScheme, serveRenderer } from './appScheme';
export { createEmit, listen, type Emit } from './electronBorder';
export { createDispatcher, type AreaHandlers, type Dispatch, type Handlers } from './handle';
export { appHandlers } from './app';
export { readSettings, settingsHandlers } from './settings';
