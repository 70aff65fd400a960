export { BaseMaps, type BaseMapsOptions, type BaseMapStore, type TilePicture } from './baseMaps';
