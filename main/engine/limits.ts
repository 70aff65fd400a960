/** What the engine allows; told in the user status and in the storage usage. */
export interface EngineLimits {
  /** bytes of stored imagery */
  readonly memoryLimit: number;
  /** bytes of one upload */
  readonly maxUploadFileSize: number;
  /** px a side of one image */
  readonly maxPixelCount: number;
  /** Polygons of one processing's area. */
  readonly maxAois: number;
  /** m² of one processing's area */
  readonly aoiAreaLimit: number;
  /** m² of all processings */
  readonly areaLimit: number;
  /** Processings that wait or run. */
  readonly maxUnfinished: number;
  /** Credits that a new engine has. They are symbolic: they make prices visible, nobody pays them. */
  readonly credits: number;
}

export const defaultLimits: EngineLimits = {
  memoryLimit: 200 * 1024 ** 3,
  maxUploadFileSize: 10 * 1024 ** 3,
  maxPixelCount: 100_000,
  maxAois: 100,
  aoiAreaLimit: 10_000 * 1_000_000,
  areaLimit: 100_000 * 1_000_000,
  maxUnfinished: 100,
  credits: 1_000_000,
};
