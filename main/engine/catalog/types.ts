import type { Geometry } from '@shared/api';
import type { ImageProfile } from '../store';

/** A folder of GeoTIFFs on this computer that is a provider of the catalogue. */
export interface CatalogFolder {
  readonly path: string;
  /** What requests call the provider: lower case, unique. */
  readonly provider: string;
  readonly displayName: string;
}

/** What is known of how a scene was taken; null where nothing says. */
export interface SceneFacts {
  /** ISO 8601; the file's own time where nothing else is known */
  readonly acquired: string;
  readonly sensor: string | null;
  readonly satellite: string | null;
  /** 0–1 */
  readonly cloudCover: number | null;
  /** degrees */
  readonly offNadir: number | null;
}

/** One GeoTIFF of a registered folder. */
export interface Scene {
  readonly id: string;
  readonly path: string;
  readonly filename: string;
  readonly provider: string;
  /** The folder that it lies in, below the registered one; images of one folder may form a mosaic. */
  readonly group: string;
  readonly profile: ImageProfile;
  readonly footprint: Geometry;
  readonly facts: SceneFacts;
  /** False while the folder cannot be read, for example a disk that is not plugged in. */
  readonly available: boolean;
}

/** Scenes of one folder that share coordinate system, bands and resolution. */
export interface SceneMosaic {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** At least two, the latest last: it lies on top. */
  readonly scenes: readonly Scene[];
}
