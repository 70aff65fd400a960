export { createMapflowClient } from './client';
export { carry } from './courier';
export { ApiFailure, type Phase } from './failure';
export { verifyLogin, type Login, type LoginOptions } from './login';
export type * from './types';
