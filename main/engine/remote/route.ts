/** How a tile service is reached: plain data, for the thread that fetches. */
export interface TileRoute {
  /** The address of a proxy; null for the direct way. */
  readonly proxy: string | null;
  /** Certificate authorities beyond those that the runtime knows, as PEM. */
  readonly certificates: readonly string[];
}

/** The way to a server, as this computer has it now. */
export type RouteFor = (url: URL) => Promise<TileRoute>;

export const directRoute: TileRoute = { proxy: null, certificates: [] };
