import { toErrorData } from '../errors';
import { readAuxXml, type AuxXml } from './auxXml';
import { readHeader } from './header';
import { PagedReader } from './pagedReader';
import { readPages, type Pages, type Warning } from './pages';
import type { ByteSource, Geotransform, SiblingOpener } from './types';
import { readWorldFile, WORLD_FILE_SUFFIXES } from './worldFile';

/** A TIFF beside the raster that holds overviews or a mask. */
export interface SidecarPages {
  readonly source: ByteSource;
  readonly pages: Pages;
}

/**
 * The files beside a raster. None of them is needed to read it, so a fault in one is a warning.
 */
export class Sidecars {
  readonly warnings: Warning[] = [];

  constructor(readonly open: SiblingOpener) {}

  async auxXml(bands: number): Promise<AuxXml | null> {
    return this.#tolerant('.aux.xml', (source) => readAuxXml(source, bands));
  }

  async worldFile(): Promise<Geotransform | null> {
    for (const suffix of WORLD_FILE_SUFFIXES) {
      const found = await this.#tolerant(suffix, readWorldFile);
      if (found) return found;
    }
    return null;
  }

  /** @param file the index that the sidecar will have among the raster's files */
  async tiff(suffix: string, file: number): Promise<SidecarPages | null> {
    return this.#tolerant(suffix, async (source) => {
      const reader = new PagedReader(source);
      const header = await readHeader(reader);
      return { source, pages: await readPages({ reader, ...header, file }, header.firstDirectory) };
    });
  }

  async #tolerant<T>(suffix: string, read: (source: ByteSource) => Promise<T>): Promise<T | null> {
    const source = await this.open(suffix);
    if (!source) return null;
    try {
      return await read(source);
    } catch (error) {
      this.warnings.push({
        kind: 'tiff.sidecar_unreadable',
        params: { file: source.name, reason: toErrorData(error).kind },
      });
      return null;
    }
  }
}
