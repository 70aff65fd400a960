import { Images } from './images';
import { Mosaics } from './mosaics';
import { Processings } from './processings';
import { Projects } from './projects';
import { Scenes } from './scenes';
import { openStore, type OpenDatabase } from './database';

export type { OpenDatabase } from './database';
export type { ImageProfile, ImageRow, NewImage } from './images';
export type { MosaicRow } from './mosaics';
export type * from './processings';
export type { ProjectRow } from './projects';

/** Everything the engine remembers, in one SQLite file. */
export interface Store {
  readonly projects: Projects;
  readonly mosaics: Mosaics;
  readonly images: Images;
  readonly processings: Processings;
  readonly scenes: Scenes;
  close(): void;
}

export function createStore(open: OpenDatabase, file: string): Store {
  const database = openStore(open, file);
  return {
    projects: new Projects(database),
    mosaics: new Mosaics(database),
    images: new Images(database),
    processings: new Processings(database),
    scenes: new Scenes(database),
    close: () => database.close(),
  };
}
