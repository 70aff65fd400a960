export { Agents } from './agents';
export { readCertificates } from './certificates';
export { proxyOfEnvironment } from './environment';
export { Network, type NetworkWish } from './network';
export { isLoopback, proxyOfPerson, proxyOfScript, type Route } from './route';
