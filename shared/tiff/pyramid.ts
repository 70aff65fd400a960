import type { ImageStructure } from './imageStructure';
import { readMetadata } from './metadata';
import type { Pages } from './pages';
import { isAlike } from './sampleLayout';
import type { SidecarPages, Sidecars } from './sidecars';
import { TagValues } from './tagValues';
import type { ByteSource } from './types';

/** The pages that make up the raster, gathered from its file and from those beside it. */
export interface Pyramid {
  /** The raster itself first, as Level.file counts them. */
  readonly files: readonly ByteSource[];
  /** Full resolution first, then ever smaller ones. */
  readonly levels: readonly ImageStructure[];
  /** The mask at full resolution, then its reduced ones; empty without a mask. */
  readonly masks: readonly ImageStructure[];
  readonly maskKind: 'none' | 'internal' | 'external';
}

/** GDAL's limit too. */
const MAX_OVERVIEWS = 30;

/** Joins the raster's own overviews and mask, or else those of `.ovr` and `.msk` beside it, as GDAL does. */
export async function gatherPyramid(source: ByteSource, pages: Pages, sidecars: Sidecars): Promise<Pyramid> {
  const { main } = pages;
  const files = [source];
  let reduced = overviewsOf(main, pages.reduced);
  let maskPages = pages.masks;
  if (reduced.length === 0) {
    const beside = await sidecars.tiff('.ovr', files.length);
    if (beside) {
      files.push(beside.source);
      reduced = overviewsOf(main, [beside.pages.main, ...beside.pages.reduced]);
      maskPages = [...maskPages, ...beside.pages.masks];
    }
  }
  const levels = [main, ...reduced];
  const internal = masksOf(levels, maskPages);
  if (internal.length > 0) return { files, levels, masks: internal, maskKind: 'internal' };
  const external = await externalMask(levels, files, sidecars);
  return { files, levels, masks: external, maskKind: external.length > 0 ? 'external' : 'none' };
}

/** Pages that show what the main one shows, at ever smaller sizes. */
function overviewsOf(main: ImageStructure, pages: readonly ImageStructure[]): ImageStructure[] {
  const { coding } = main.level;
  const alike = pages.filter(({ level }) => isAlike(level.coding, coding));
  const kept: ImageStructure[] = [];
  let above = main.level;
  for (const page of alike.sort(bySizeDown)) {
    const { width, height } = page.level;
    const smaller =
      width <= above.width && height <= above.height && width * height < above.width * above.height;
    if (!smaller || kept.length === MAX_OVERVIEWS) continue;
    kept.push(page);
    above = page.level;
  }
  return kept;
}

function bySizeDown(a: ImageStructure, b: ImageStructure): number {
  return b.level.width * b.level.height - a.level.width * a.level.height;
}

/** For each level its mask, as long as the full resolution has one. */
function masksOf(levels: readonly ImageStructure[], pages: readonly ImageStructure[]): ImageStructure[] {
  const [main] = levels;
  const masks = levels.map((level) => pages.find((page) => isMaskFor(page, level, main)));
  return masks[0] ? masks.filter((mask) => mask !== undefined) : [];
}

function isMaskFor(mask: ImageStructure, image: ImageStructure, main: ImageStructure | undefined): boolean {
  const { width, height, coding } = mask.level;
  const samples = coding.samplesPerPixel;
  return (
    width === image.level.width &&
    height === image.level.height &&
    coding.sampleType === 'uint8' &&
    (samples === 1 || samples === main?.level.coding.samplesPerPixel)
  );
}

/** A `.msk` holds the mask as its main image, and the masks of overviews as its overviews or in its own `.ovr`. */
async function externalMask(
  levels: readonly ImageStructure[],
  files: ByteSource[],
  sidecars: Sidecars,
): Promise<ImageStructure[]> {
  const beside = await sidecars.tiff('.msk', files.length);
  if (!beside || !(await isDeclaredMask(beside))) return [];
  const [main] = levels;
  if (!main || !isMaskFor(beside.pages.main, main, main)) return [];
  files.push(beside.source);
  let reduced = overviewsOf(beside.pages.main, beside.pages.reduced);
  if (reduced.length === 0) {
    const further = await sidecars.tiff('.msk.ovr', files.length);
    if (further) {
      files.push(further.source);
      reduced = overviewsOf(beside.pages.main, [further.pages.main, ...further.pages.reduced]);
    }
  }
  return masksOf(levels, [beside.pages.main, ...reduced]);
}

/** GDAL takes a `.msk` only when it says what its bands are. */
async function isDeclaredMask({ source, pages }: SidecarPages): Promise<boolean> {
  const tags = new TagValues(pages.main.directory, source.name);
  const { dataset } = await readMetadata(tags, pages.main.level.coding.samplesPerPixel);
  return dataset['INTERNAL_MASK_FLAGS_1'] !== undefined;
}
