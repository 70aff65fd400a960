/** Data of this computer that steps of a workflow draw on, as its owner has registered it. */
import type { ErrorData } from '@shared/errors';
import type { SourceImage } from '../imagery/mosaicSource';
import type { Box } from '../blocks/plane';

/** An extract of OpenStreetMap, or a surface model. */
export type LocalKind = 'osm' | 'surface';

export interface LocalDataset {
  readonly path: string;
  readonly kind: LocalKind;
  /** bytes */
  readonly size: number;
  /** Longitude and latitude; null where it could not be read. */
  readonly bounds: Box | null;
  /** Buildings of an extract. */
  readonly objects?: number;
  /** m a pixel, of a surface model */
  readonly gsd?: number;
  /** What reads it later; of surface models alone. */
  readonly image?: SourceImage;
  /** Why it cannot be used. */
  readonly problem?: ErrorData;
}

/** The steps that draw on local data. */
export const blockOfKind = { osm: 'OSM', surface: 'Heights' } as const satisfies Record<LocalKind, string>;
