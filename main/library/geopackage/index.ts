/** Results as GeoPackages: written from a stream of GeoJSON, read as tiles, pages and answers. */
export { readFeatures, type AnyFeature } from './featureStream';
export { GeoPackage, type PageQuery, type Place } from './read';
export type { TileAddress } from './tiles/mercator';
export { writeGeoPackage, type OpenDatabase, type WriteJob, type WriteReport } from './write';
export { ResultsHost, resultsMethods, type IngestReport, type IngestRequest } from './methods';
