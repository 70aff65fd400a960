/** From class masks to polygons people keep: valid, simplified, in WGS 84, with the service's attributes. */
export {
  vectorize,
  vectorizeObjects,
  type LonLat,
  type ResultFeature,
  type ResultProperties,
  type VectorizeJob,
} from './features';
