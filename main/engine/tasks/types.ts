import type { Geometry } from '@shared/api';
import type { PixelWindow } from '@shared/tiff/types';
import type { BlockSources } from '../blocks/index';
import type { LocalDataset } from '../localData/types';
import type { DetectorContext } from '../models/types';
import type { Stretch } from '../imagery/colours';
import type { WorkingGrid } from '../imagery/grid';
import type { SourceImage } from '../imagery/mosaicSource';
import type { TileSource } from '../remote/tileSource';
import type { TileRoute } from '../remote/route';
import type { TileAddress } from '../tiles/mercator';
import type { TileImage } from '../tiles/rasterTile';
import type { ResultFeature } from '../vectorize/index';

/**
 * What all parts of a processing share: plain data, decided once, kept with the processing, sent to the threads that work
 * on pixels.
 */
export interface DetectionPlan {
  readonly modelId: string;
  readonly images: readonly SourceImage[];
  readonly grid: WorkingGrid;
  readonly colour: 'rgb' | 'grey';
  readonly stretch: Stretch | null;
  readonly context: DetectorContext;
  readonly areas: readonly PlannedArea[];
  /** Local data that the steps after the polygons draw on; plans of older processings have none. */
  readonly sources?: BlockSources;
}

/** One polygon of the processing's area. */
export interface PlannedArea {
  readonly geometry: Geometry;
  /** The part of the working grid that is read for it: its bounding box and the detector's margin. */
  readonly window: PixelWindow;
}

/** Makes a plan: looks at the imagery, lays the grid, lets the detector look at samples. */
export interface PlanTask {
  readonly kind: 'plan';
  readonly modelId: string;
  readonly images: readonly SourceImage[];
  readonly areas: readonly Geometry[];
  readonly sources?: BlockSources;
}

/** Looks at a file of local data: what it has to offer. */
export interface DescribeTask {
  readonly kind: 'describe';
  readonly path: string;
}

/** Classifies rows of an area and writes the mask to a file. */
export interface DetectTask {
  readonly kind: 'detect';
  readonly plan: DetectionPlan;
  readonly area: number;
  /** Rows [from, to) of the area's window. */
  readonly rows: { readonly from: number; readonly to: number };
  readonly target: string;
}

/** Makes polygons of an area's masks and writes them to a file, one GeoJSON feature a line. */
export interface TraceTask {
  readonly kind: 'trace';
  readonly plan: DetectionPlan;
  readonly area: number;
  /** In order, from the top. */
  readonly masks: readonly string[];
  /** Names of the optional blocks that are switched on. */
  readonly blocks: readonly string[];
  readonly target: string;
  /** 0–1; of kept probabilities, instead of the model's own */
  readonly threshold?: number;
}

/** Makes the previews of an image and finds the outline of its data. */
export interface PrepareTask {
  readonly kind: 'prepare';
  readonly path: string;
  readonly small: string;
  readonly large: string;
  /** The larger preview with its mask, for tiles. */
  readonly picture: string;
}

export interface PrepareResult {
  /** null when the image has data everywhere */
  readonly footprint: Geometry | null;
}

export interface TraceResult {
  readonly features: number;
}

/** Fetches the tiles of an area into a file. The password is in this message alone, never in the database. */
export interface FetchTask {
  readonly kind: 'fetch';
  readonly source: TileSource;
  readonly password: string | null;
  readonly areas: readonly Geometry[];
  /** How the service is reached. */
  readonly route: TileRoute;
  readonly target: string;
}

/** Draws one tile of images as a PNG. */
export interface TileTask {
  readonly kind: 'tile';
  readonly images: readonly TileImage[];
  readonly tile: TileAddress;
}

export interface TileResult {
  /** null where no image touches the tile */
  readonly png: Uint8Array | null;
}

/** Makes the index of a result that its vector tiles come from. */
export interface IndexTask {
  readonly kind: 'index';
  /** Features, one a line. */
  readonly features: readonly string[];
  readonly target: string;
}

/** Makes the file of probabilities that tiles and previews come from. */
export interface PyramidTask {
  readonly kind: 'pyramid';
  /** Areas in order: width of the window (px), masks from the top. */
  readonly areas: readonly { readonly width: number; readonly masks: readonly string[] }[];
  readonly target: string;
}

/** Draws one tile of probabilities as a PNG with a palette. */
export interface ProbabilityTileTask {
  readonly kind: 'probabilityTile';
  readonly plan: DetectionPlan;
  /** Made by a `PyramidTask`. */
  readonly file: string;
  readonly tile: TileAddress;
}

/** Traces what lies in a box at a threshold, as finely as it can be done at once. */
export interface PreviewTask {
  readonly kind: 'preview';
  readonly plan: DetectionPlan;
  /** Made by a `PyramidTask`. */
  readonly file: string;
  /** [west, south, east, north], degrees */
  readonly box: readonly [number, number, number, number];
  /** 0–1 */
  readonly threshold: number;
  readonly rightAngles: boolean;
}

export interface PreviewResult {
  readonly features: readonly ResultFeature[];
  /** m; the pixel size that they were traced at */
  readonly metresPerPixel: number;
}

export interface TaskResults {
  readonly plan: DetectionPlan;
  readonly detect: Record<never, never>;
  readonly trace: TraceResult;
  readonly prepare: PrepareResult;
  readonly tile: TileResult;
  readonly index: Record<never, never>;
  readonly fetch: SourceImage;
  readonly describe: LocalDataset;
  readonly pyramid: Record<never, never>;
  readonly probabilityTile: TileResult;
  readonly preview: PreviewResult;
}

export type Task =
  | PlanTask
  | DetectTask
  | TraceTask
  | PrepareTask
  | TileTask
  | IndexTask
  | FetchTask
  | DescribeTask
  | PyramidTask
  | ProbabilityTileTask
  | PreviewTask;
export type TaskOf<Kind extends Task['kind']> = Extract<Task, { readonly kind: Kind }>;

export interface TaskOptions {
  readonly signal?: AbortSignal;
  /** 0–1 */
  readonly onProgress?: (done: number) => void;
}

/** Where work on pixels is done: in this thread (tests), or in threads of their own. */
export interface TaskRunner {
  /** How many tasks run side by side. */
  readonly width: number;
  /** How many of them when they ask networks, which take several cores and much memory each. */
  readonly networkWidth: number;
  run<Kind extends Task['kind']>(task: TaskOf<Kind>, options?: TaskOptions): Promise<TaskResults[Kind]>;
  close(): Promise<void>;
}
