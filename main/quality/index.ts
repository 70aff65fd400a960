export { EngineQuality, type EndpointOf } from './engineQuality';
export { Quality, type QualityPorts } from './quality';
