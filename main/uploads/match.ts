import type { ChunkRecord } from '@shared/library/records';
import type { ListedImage } from './ports';

/** What a listing of the mosaic says of one chunk. */
export interface Found {
  /** The image that is the chunk; null when it is not there. */
  readonly image: ListedImage | null;
  /** The same again, delivered twice. */
  readonly extra: readonly ListedImage[];
  /** Images of the chunk's name that are something else. */
  readonly foreign: readonly ListedImage[];
}

/** Looks a chunk up by name; size, dimensions and checksum must agree wherever the server gives them. */
export function findChunk(chunk: ChunkRecord, images: ReadonlyMap<string, readonly ListedImage[]>): Found {
  const named = images.get(chunk.name.normalize()) ?? [];
  const same = named.filter((image) => agrees(chunk, image)).sort((a, b) => rank(chunk, a) - rank(chunk, b));
  const [image = null, ...extra] = same;
  return { image, extra, foreign: named.filter((other) => !agrees(chunk, other)) };
}

export function byName(images: readonly ListedImage[]): Map<string, ListedImage[]> {
  const map = new Map<string, ListedImage[]>();
  for (const image of images) {
    const name = image.filename.normalize();
    const known = map.get(name);
    if (known) known.push(image);
    else map.set(name, [image]);
  }
  return map;
}

function agrees(chunk: ChunkRecord, image: ListedImage): boolean {
  return (
    (image.bytes === null || image.bytes === chunk.bytes) &&
    (image.width === null || image.width === chunk.width) &&
    (image.height === null || image.height === chunk.height) &&
    (image.sha1 === null || chunk.sha1 === null || image.sha1.toLowerCase() === chunk.sha1)
  );
}

/** Which of several equal images stays: the known one, then one that works. */
function rank(chunk: ChunkRecord, image: ListedImage): number {
  if (image.id === chunk.imageId) return 0;
  return { usable: 1, waiting: 2, failed: 3 }[image.readiness];
}
